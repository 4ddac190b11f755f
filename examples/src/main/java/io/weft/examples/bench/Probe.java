package io.weft.examples.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

    private Probe() {}

    /**
     * What came back.
     *
     * @param status zero when it is no HTTP/1 answer
     * @param body its bytes as the characters 0 to 255
     */
    record Answer(int status, String body) {
        boolean is(Content content) {
            return status == 200 && body.equals(new String(content.body(), StandardCharsets.ISO_8859_1));
        }

        @Override
        public String toString() {
            return "status " + status + " with " + body.length() + " bytes";
        }
    }

    /** One HTTP/1.1 request over a connection of its own. */
    static Answer get(int port, Content content) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            return exchange(socket, port, content);
        }
    }

    /**
     * Asks until the answer is right.
     *
     * @return nanoseconds since {@code since}
     */
    static long awaitGood(int port, Content content, Process proxy, long since, Duration timeout) {
        String seen = "nothing";
        while (System.nanoTime() - since < timeout.toNanos()) {
            try {
                Answer answer = get(port, content);
                if (answer.is(content)) {
                    return System.nanoTime() - since;
                }
                seen = answer.toString();
            } catch (IOException notYet) {
                seen = String.valueOf(notYet.getMessage());
            }
            if (!proxy.isAlive()) {
                throw new BenchException("it ended with " + proxy.exitValue());
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new BenchException("interrupted");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new BenchException("no right answer on port " + port + " in " + timeout + "; last seen: " + seen);
    }

    static void awaitListening(int port, Process proxy, Duration timeout) {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < timeout.toNanos() && proxy.isAlive()) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
                return;
            } catch (IOException notYet) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new BenchException("interrupted");
            }
        }
        throw new BenchException("nobody listens on port " + port
                + (proxy.isAlive() ? " after " + timeout : "; it ended with " + proxy.exitValue()));
    }

    /**
     * Whether a client that trusts the roots, and shows no certificate itself, is turned away: at the handshake, or as
     * nginx does it with an error in place of an answer.
     */
    static boolean refusesWithoutCertificate(int port, Content content, List<X509Certificate> roots, String alpn) {
        try (SSLSocket socket =
                (SSLSocket) trusting(roots).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MS);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {alpn});
            socket.setSSLParameters(parameters);
            Answer answer = exchange(socket, port, content);
            // An HTTP/2 server that accepted us would have sent its SETTINGS, and then have closed.
            return answer.status() == 400
                    || (answer.status() == 0 && answer.body().isEmpty());
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

    private static Answer exchange(Socket socket, int port, Content content) throws IOException {
        String request =
                "GET " + content.path() + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0 || !text.startsWith("HTTP/1.1 ")) {
            return new Answer(0, text);
        }
        return new Answer(Integer.parseInt(text.substring(9, 12)), text.substring(end + 4));
    }
}
