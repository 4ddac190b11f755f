package io.weft.examples.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A client's and a server's network namespace, joined by one veth pair and by nothing else. All of it carries a lab's name, so
 * that {@link Leftovers} finds what a killed process leaves. Needs root.
 */
public final class Pair implements AutoCloseable {
    private static final String CLIENT = "10.78.0.1";
    /** Where the client's side reaches the server's side. */
    public static final String SERVER = "10.78.0.2";

    private final Removals removals = new Removals();
    private final Namespace client;
    private final Namespace server;

    private Pair(String name) {
        client = new Namespace(name + "-client");
        server = new Namespace(name + "-server");
    }

    /** @throws LabException when something cannot be made; what was made until then is removed */
    public static Pair open() {
        String name = Lab.newName();
        var pair = new Pair(name);
        try {
            Path folder = Path.of(System.getProperty("java.io.tmpdir"), name);
            pair.removals.make(folder.toString(), () -> LabFiles.removeTree(folder), () -> LabFiles.openFolder(folder));
            Owner.current().write(folder);
            for (Namespace namespace : List.of(pair.client, pair.server)) {
                pair.removals.make(namespace.name(), namespace::remove, () -> Namespace.create(namespace.name()));
            }
            pair.join();
            return pair;
        } catch (RuntimeException e) {
            pair.removals.removeAll();
            throw e;
        }
    }

    private void join() {
        client.wireTo(server);
        plug(client, CLIENT);
        plug(server, SERVER);
        // As on loopback: a thousand new connections per second to one port would otherwise find no port of their own
        // after half a minute, since each is kept for a minute after its end.
        client.exec("sh", "-c", "echo 1 >/proc/sys/net/ipv4/tcp_tw_reuse");
    }

    private static void plug(Namespace namespace, String address) {
        namespace.exec("ip", "addr", "add", address + "/30", "dev", Network.WIRE);
        namespace.exec("ip", "link", "set", Network.WIRE, "up");
    }

    /** Makes all addresses of a range, such as {@code 10.100.0.0/14}, the server's. */
    public void serverHas(String range) {
        server.exec("ip", "route", "add", "local", range, "dev", "lo");
        client.exec("ip", "route", "add", range, "via", SERVER);
    }

    /** A command that runs on the server's side. */
    public List<String> atServer(List<String> command) {
        return server.inside(command);
    }

    /**
     * Runs this on the client's side, on a thread of its own: its sockets, the threads and the processes that it starts
     * are there.
     */
    public <T> T atClient(Callable<T> work) throws Exception {
        var task = new FutureTask<>(() -> {
            ThreadNamespace.enter(client.name());
            return work.call();
        });
        Thread thread = Thread.ofPlatform().name(client.name()).start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            thread.interrupt();
            throw e;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    /**
     * Ends all programs in both and removes them. Twice is once.
     *
     * @throws LabException when something could not be removed
     */
    @Override
    public void close() {
        List<String> failed = removals.removeAll();
        if (!failed.isEmpty()) {
            throw new LabException("not removed: " + String.join("; ", failed));
        }
    }
}
