package io.weft.controlplane.source;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.model.Problem;
import io.weft.controlplane.source.FolderReader.Pass;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A folder of YAML and JSON files, with all folders below it, watched for changes. An edit is live within 200 ms: files are read once
 * nothing moved for {@link #QUIET}, and once more after {@link #DOUBT} when what was read looks like the middle of a write, because an
 * object is gone or a file ends within a line.
 */
public final class FolderSource implements AutoCloseable {
    /** How long nothing may move before files are read. */
    static final Duration QUIET = Duration.ofMillis(15);
    /** How long an object must be gone before that is believed. */
    static final Duration DOUBT = Duration.ofMillis(80);
    /** After which a writer that never rests is read anyway. */
    static final Duration PATIENCE = Duration.ofMillis(500);
    /** How often files are looked at although nothing was reported: network file systems report nothing. */
    private static final Duration PATROL = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger("io.weft.controlplane.source");

    private final Path root;
    private final FolderReader reader;
    private final Ledger ledger;
    private final Map<WatchKey, Path> watched = new HashMap<>();
    private long lastPatrol;
    private @Nullable WatchService watcher;
    private @Nullable Thread thread;

    public FolderSource(Path folder, MeshSettings settings) {
        this.root = folder.toAbsolutePath().normalize();
        this.reader = new FolderReader(root, new ObjectReader(settings.clusterDomain()));
        this.ledger = new Ledger(settings);
    }

    /**
     * Reads the folder, gives the result to the listener before it returns, and from then on again, from a thread of its own,
     * whenever the mesh or the list of problems has changed.
     *
     * @throws IOException when the folder cannot be read or watched
     */
    public void start(Consumer<MeshLoad> listener) throws IOException {
        if (watcher != null) {
            throw new IllegalStateException("already started");
        }
        WatchService service = root.getFileSystem().newWatchService();
        watcher = service;
        MeshLoad first;
        try {
            first = ledger.accept(readAndWatch(service, Set.of()).files());
        } catch (IOException e) {
            service.close();
            throw e;
        }
        listener.accept(first);
        thread = Thread.ofPlatform().name("weft-config").daemon().start(() -> watch(service, listener, first));
    }

    /** Stops watching. The listener is not called any more once this has returned. */
    @Override
    public void close() throws IOException {
        if (watcher != null) {
            watcher.close();
        }
        Thread running = thread;
        if (running != null && running != Thread.currentThread()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void watch(WatchService service, Consumer<MeshLoad> listener, MeshLoad first) {
        MeshLoad last = first;
        try {
            while (true) {
                var touched = new HashSet<Path>();
                if (collect(service, PATROL, touched)) {
                    awaitQuiet(service, touched, QUIET);
                }
                MeshLoad next = load(service, touched, last);
                if (!next.equals(last)) {
                    last = next;
                    tell(listener, next);
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException closed) {
            LOG.log(Level.DEBUG, "no longer watching {0}", root);
        }
    }

    private MeshLoad load(WatchService service, Set<Path> touched, MeshLoad last) throws InterruptedException {
        try {
            Pass pass = readAndWatch(service, touched);
            Ledger.Round round = ledger.look(pass.files());
            if (pass.unfinished() || round.loses()) {
                awaitQuiet(service, touched, DOUBT);
                round = ledger.look(readAndWatch(service, touched).files());
            }
            return ledger.accept(round);
        } catch (ClosedWatchServiceException closed) {
            throw closed;
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "reading " + root, e);
            return unreadable(e, last);
        }
    }

    private MeshLoad unreadable(Exception e, MeshLoad last) {
        String reason = "cannot be read, the last good configuration stays in force: " + e;
        Mesh mesh = last.mesh();
        return new MeshLoad(mesh, List.of(new Problem(root.toString(), 0, "", reason)));
    }

    private static void tell(Consumer<MeshLoad> listener, MeshLoad load) {
        try {
            listener.accept(load);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a new configuration was not taken", e);
        }
    }

    /**
     * Reads what was reported, if that is files, and everything from time to time. Watches before it reads everything, so that a change
     * in between is not missed; again when that found a new folder.
     */
    private Pass readAndWatch(WatchService service, Set<Path> touched) throws IOException {
        long now = System.nanoTime();
        if (!touched.isEmpty() && now - lastPatrol < PATROL.toNanos()) {
            Optional<Pass> only = reader.readOnly(touched);
            if (only.isPresent()) {
                return only.get();
            }
        }
        lastPatrol = now;
        while (true) {
            for (Path folder : FolderTree.list(root).folders()) {
                watched.put(folder.register(service, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY), folder);
            }
            Pass pass = reader.read(touched);
            if (watched.values().containsAll(pass.folders())) {
                return pass;
            }
        }
    }

    private void awaitQuiet(WatchService service, Set<Path> touched, Duration quiet) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean moving = true;
        while (moving && System.nanoTime() - end < 0) {
            moving = collect(service, quiet, touched);
        }
    }

    /** Waits for one report. Returns whether there was any. */
    private boolean collect(WatchService service, Duration wait, Set<Path> touched) throws InterruptedException {
        WatchKey key = service.poll(wait.toMillis(), MILLISECONDS);
        if (key == null) {
            return false;
        }
        Path folder = watched.get(key);
        var events = new ArrayList<WatchEvent<?>>(key.pollEvents());
        if (!key.reset()) {
            watched.remove(key);
            touched.add(root);
        }
        for (WatchEvent<?> event : events) {
            // When too much happened to be reported, it may have happened anywhere.
            touched.add(folder != null && event.context() instanceof Path name ? folder.resolve(name) : root);
        }
        return true;
    }
}
