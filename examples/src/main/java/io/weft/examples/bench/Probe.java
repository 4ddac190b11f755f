package io.weft.examples.bench;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Single requests, to see whether the right thing happens at all. */
final class Probe {
    private static final int TIMEOUT_MS = 5_000;
    private static final long POLL_NANOS = 2_000_000;
    private static final long READY_POLL_NANOS = 10_000_000;

    private Probe() {}

    /**
     * One request over a connection of its own.
     *
     * @throws IOException when the answer is not the right one
     */
    static void ask(Scenario scenario, Address at) throws IOException {
        try (KeptConnection connection = KeptConnection.open(scenario.protocol(), scenario.content(), at)) {
            connection.ask(at.toString());
        }
    }

    /**
     * Asks until the answer is right.
     *
     * @param needed all that have to run for that
     * @return nanoseconds since {@code since}
     */
    static long awaitGood(Scenario scenario, Address at, List<Process> needed, long since, Duration timeout) {
        return await("no right answer at " + at, POLL_NANOS, needed, since, timeout, () -> ask(scenario, at));
    }

    /**
     * Asks a proxy's admin page for readiness until it says so.
     *
     * @return nanoseconds since {@code since}
     */
    static long awaitReady(Address admin, Process proxy, long since, Duration timeout) {
        return await("not ready at " + admin, READY_POLL_NANOS, List.of(proxy), since, timeout, () -> {
            try (var socket = new Socket()) {
                socket.connect(admin.socket(), TIMEOUT_MS);
                socket.setSoTimeout(TIMEOUT_MS);
                socket.getOutputStream()
                        .write(("GET /ready HTTP/1.1\r\nhost: " + admin + "\r\nconnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                if (!answer.startsWith("HTTP/1.1 200 ")) {
                    throw new IOException(answer);
                }
            }
        });
    }

    static void awaitListening(Address at, Process proxy, Duration timeout) {
        await("nobody listens at " + at, POLL_NANOS, List.of(proxy), System.nanoTime(), timeout, () -> {
            try (var socket = new Socket()) {
                socket.connect(at.socket(), TIMEOUT_MS);
            }
        });
    }

    /** Fails for as long as it is not so. */
    private interface Look {
        void look() throws IOException;
    }

    /** Looks again and again, until it is so, or one of those that have to run for it has ended, or the time is over. */
    private static long await(
            String problem, long pauseNanos, List<Process> needed, long since, Duration timeout, Look look) {
        String seen = "nothing";
        while (System.nanoTime() - since < timeout.toNanos()) {
            try {
                look.look();
                return System.nanoTime() - since;
            } catch (IOException notYet) {
                seen = String.valueOf(notYet.getMessage());
            }
            for (Process process : needed) {
                if (!process.isAlive()) {
                    throw new BenchException(
                            problem + "; it ended with " + process.exitValue() + "; last seen: " + seen);
                }
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new BenchException("interrupted");
            }
            LockSupport.parkNanos(pauseNanos);
        }
        throw new BenchException(problem + " in " + timeout + "; last seen: " + seen);
    }

    /**
     * Whether a client that trusts the roots, and shows no certificate itself, gets no answer: it is turned away at the
     * handshake, or as nginx does it by an error in place of the answer. For those that answer others.
     */
    static boolean refusesWithoutCertificate(Scenario scenario, Address at, List<X509Certificate> roots) {
        try (SSLSocket socket = (SSLSocket) trusting(roots).getSocketFactory().createSocket(at.host(), at.port())) {
            socket.setSoTimeout(TIMEOUT_MS);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {scenario.protocol().http2() ? "h2" : "http/1.1"});
            socket.setSSLParameters(parameters);
            KeptConnection.over(socket, scenario.protocol(), scenario.content()).ask(at.toString());
            return false;
        } catch (IOException refused) {
            // TLS 1.3 tells the client of the refusal by an alert at its first read.
            return !(refused instanceof java.net.SocketTimeoutException)
                    && !(refused instanceof java.net.ConnectException);
        }
    }

    private static SSLContext trusting(List<X509Certificate> roots) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate root : roots) {
                store.setCertificateEntry(root.getSerialNumber().toString(), root);
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }
}
