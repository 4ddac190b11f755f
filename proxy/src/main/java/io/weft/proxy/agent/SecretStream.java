package io.weft.proxy.agent;

import io.weft.proxy.grpc.GrpcStatus;
import io.weft.proxy.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One client's stream, of either variant. It is told what it asked for as soon as that is there, and again after each change. What is
 * withdrawn, as a certificate that ran out, is not taken back: the client keeps what nobody accepts any more.
 */
final class SecretStream {
    private static final System.Logger LOG = System.getLogger("io.weft.proxy.agent");
    /** A client wants two, and those in files that its clusters name. */
    private static final int MOST_NAMES = 64;

    /** Writes a response of one variant. */
    interface Writer {
        /** @param wanted all that was asked for and is there; {@code changed} is the part that the client has not got */
        Bytes write(
                String nonce,
                SortedMap<String, OfferedSecrets.Offered> wanted,
                SortedMap<String, OfferedSecrets.Offered> changed);
    }

    /** The client's side. May be called by any thread. */
    interface Client {
        void send(Bytes response);

        /** Nothing is sent after this. */
        void end(GrpcStatus status);
    }

    private final Client out;
    private final Writer writer;
    private final TreeSet<String> names = new TreeSet<>();
    private final TreeMap<String, String> held = new TreeMap<>();
    private OfferedSecrets offered;
    private long nonces;
    private boolean over;

    SecretStream(Client out, Writer writer, OfferedSecrets offered) {
        this.out = out;
        this.writer = writer;
        this.offered = offered;
    }

    /** What the client asks for. */
    synchronized Set<String> names() {
        return Set.copyOf(names);
    }

    /** The client answered the response with the nonce; empty for its first request. */
    synchronized boolean isCurrent(String nonce) {
        return nonce.isEmpty() || nonce.equals(Long.toString(nonces));
    }

    synchronized void refused(String error) {
        LOG.log(System.Logger.Level.WARNING, "a client of the secrets refused what it was sent: {0}", error);
    }

    /** The client comes back and has these versions already. */
    synchronized void resume(Map<String, String> versions) {
        names.addAll(versions.keySet());
        held.putAll(versions);
    }

    synchronized void unsubscribe(List<String> gone) {
        gone.forEach(name -> {
            names.remove(name);
            held.remove(name);
        });
    }

    /** Names that are asked for again are sent again. */
    synchronized void subscribe(List<String> wanted) {
        names.addAll(wanted);
        held.keySet().removeAll(wanted);
        if (names.size() > MOST_NAMES) {
            fail(new GrpcStatus(GrpcStatus.Code.RESOURCE_EXHAUSTED, names.size() + " names; at most " + MOST_NAMES));
            return;
        }
        send();
    }

    /** The client's whole list, which replaces the one before. */
    synchronized void replace(List<String> wanted) {
        List<String> gone = new ArrayList<>(names);
        gone.removeAll(wanted);
        unsubscribe(gone);
        List<String> added = new ArrayList<>(wanted);
        added.removeAll(names);
        if (!added.isEmpty()) {
            subscribe(added);
        }
    }

    synchronized void offer(OfferedSecrets next) {
        offered = next;
        send();
    }

    private void send() {
        var wanted = offered.of(names);
        var changed = new TreeMap<>(wanted);
        changed.entrySet().removeIf(entry -> entry.getValue().version().equals(held.get(entry.getKey())));
        if (over || changed.isEmpty()) {
            return;
        }
        changed.forEach((name, secret) -> held.put(name, secret.version()));
        out.send(writer.write(Long.toString(++nonces), wanted, changed));
    }

    synchronized void end() {
        if (!over) {
            over = true;
            out.end(new GrpcStatus(GrpcStatus.Code.OK, ""));
        }
    }

    /** The client is gone; nothing can be said to it any more. */
    synchronized void lost() {
        over = true;
    }

    private void fail(GrpcStatus status) {
        over = true;
        out.end(status);
    }
}
