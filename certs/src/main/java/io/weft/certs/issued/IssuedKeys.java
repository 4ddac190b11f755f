package io.weft.certs.issued;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.store.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The keys that an authority has certified lately, one file each in a folder that several processes may share. Keys form
 * lines: a join token begins one, and each renewal puts a new key at its end. An id has as many lines as it has replicas.
 *
 * <p>A key counts as replaced not when its successor is certified, for that answer may get lost, but when the successor is
 * seen to ask by itself. A copy of a key that was replaced is of no use from then on.
 */
public final class IssuedKeys {
    /** More keys are not kept; what is issued beyond cannot come back after its end. */
    public static final int MOST_KEYS = 50_000;

    private static final String SUFFIX = ".key";

    private final Path folder;
    private final InstantSource clock;
    private final int most;
    // About right: files that other processes make are counted by the next cleaning.
    private final AtomicInteger kept = new AtomicInteger();

    public IssuedKeys(Path folder, InstantSource clock) {
        this(folder, clock, MOST_KEYS);
    }

    IssuedKeys(Path folder, InstantSource clock, int most) {
        this.folder = folder;
        this.clock = clock;
        this.most = most;
    }

    /**
     * A certificate was issued.
     *
     * @param key whose it is
     * @param ends when it does
     * @param asker the key by which its owner proved who it is; empty for a join token
     * @throws IOException when it cannot be kept; the certificate is good, but its owner cannot come back after its end
     */
    public void issued(SpiffeId id, Fingerprint key, Instant ends, Optional<Fingerprint> asker) throws IOException {
        AtomicFile.privateFolder(folder);
        Optional<Fingerprint> before = asker.filter(other -> !other.equals(key));
        if (before.isPresent()) {
            replacePredecessorOf(before.get(), id);
        }
        if (read(key).isEmpty() && kept.incrementAndGet() > most) {
            kept.decrementAndGet();
            throw new IOException(folder + " holds " + most + " keys already");
        }
        write(key, new KeyRecord(id, ends, before, Optional.empty()));
    }

    /** That a key asks shows that the answer with its certificate has arrived. */
    private void replacePredecessorOf(Fingerprint key, SpiffeId id) throws IOException {
        Optional<Fingerprint> predecessor = read(key).flatMap(KeyRecord::replaces);
        if (predecessor.isPresent()) {
            Optional<KeyRecord> old = read(predecessor.get());
            if (old.isPresent()
                    && old.get().replaced().isEmpty()
                    && old.get().id().equals(id)) {
                write(predecessor.get(), old.get().replacedAt(clock.instant()));
            }
        }
    }

    /** Whether the owner of this key may come back as this id. */
    public Standing standing(SpiffeId id, Fingerprint key) throws IOException {
        Optional<KeyRecord> stored = read(key).filter(found -> found.id().equals(id));
        if (stored.isEmpty()) {
            return new Standing.Unknown();
        }
        return stored.get().replaced().<Standing>map(Standing.Replaced::new).orElseGet(Standing.Last::new);
    }

    /**
     * Forgets the keys whose last certificate ended before an instant.
     *
     * @throws IOException when the folder cannot be read
     */
    public void forgetBefore(Instant over) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> listing = Files.list(folder)) {
            files = listing.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .toList();
        }
        int left = 0;
        for (Path file : files) {
            if (isOver(file, over)) {
                Files.deleteIfExists(file);
            } else {
                left++;
            }
        }
        kept.set(left);
    }

    private static boolean isOver(Path file, Instant over) {
        try {
            return read(file).filter(stored -> stored.ends().isBefore(over)).isPresent();
        } catch (IOException e) {
            // One file that cannot be read lets nobody back, and must not keep the others from being forgotten.
            return false;
        }
    }

    private Optional<KeyRecord> read(Fingerprint key) throws IOException {
        return read(file(key));
    }

    private static Optional<KeyRecord> read(Path file) throws IOException {
        try {
            return Optional.of(KeyRecord.parse(AtomicFile.read(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private void write(Fingerprint key, KeyRecord stored) throws IOException {
        AtomicFile.write(file(key), stored.text(), AtomicFile.SECRET);
    }

    private Path file(Fingerprint key) {
        return folder.resolve(key.hex() + SUFFIX);
    }
}
