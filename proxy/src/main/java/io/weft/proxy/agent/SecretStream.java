package io.weft.proxy.agent;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One client's stream, of either variant. It is told what it asked for as soon as that is there, and again after each change. What is
 * withdrawn, as a certificate that ran out, is not taken back: the client keeps what nobody accepts any more.
 *
 * @param <A> the responses
 */
final class SecretStream<A> {
    private static final System.Logger LOG = System.getLogger("io.weft.proxy.agent");
    /** A client wants two. */
    private static final int MOST_NAMES = 64;

    /** Writes a response of one variant. */
    interface Writer<A> {
        /** @param wanted all that was asked for and is there; {@code changed} is the part that the client has not got */
        A write(String nonce, Map<String, OfferedSecrets.Offered> wanted, Map<String, OfferedSecrets.Offered> changed);
    }

    private final StreamObserver<A> out;
    private final Writer<A> writer;
    private final TreeSet<String> names = new TreeSet<>();
    private final TreeMap<String, String> held = new TreeMap<>();
    private OfferedSecrets offered;
    private long nonces;
    private boolean over;

    SecretStream(StreamObserver<A> out, Writer<A> writer, OfferedSecrets offered) {
        this.out = out;
        this.writer = writer;
        this.offered = offered;
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
            fail(Status.RESOURCE_EXHAUSTED.withDescription(names.size() + " names; at most " + MOST_NAMES));
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
        out.onNext(writer.write(Long.toString(++nonces), wanted, changed));
    }

    synchronized void end() {
        if (!over) {
            over = true;
            out.onCompleted();
        }
    }

    /** The client is gone; nothing can be said to it any more. */
    synchronized void lost() {
        over = true;
    }

    private void fail(Status status) {
        over = true;
        out.onError(status.asRuntimeException());
    }
}
