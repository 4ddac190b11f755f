package io.weft.examples.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Requests at a fixed rate, whatever the answers do. Each is timed from the moment at which it was due, so that a proxy
 * that stalls is charged for all that had to wait behind (no coordinated omission).
 */
final class OpenLoop {
    static final int CONNECTIONS = 16;
    static final int REQUESTS_PER_SECOND = 1_000;

    private static final long LONGEST_NANOS = 60_000_000_000L;
    private static final int TIMEOUT_MS = 10_000;

    private OpenLoop() {}

    /**
     * What was seen.
     *
     * @param latency in nanoseconds
     */
    record Outcome(Histogram latency, long errors) {
        double millis(double percentile) {
            return latency.getValueAtPercentile(percentile) / 1e6;
        }
    }

    static Outcome run(int port, Content content, int seconds, int requestsPerSecond) {
        long interval = 1_000_000_000L * CONNECTIONS / requestsPerSecond;
        long begin = System.nanoTime() + 50_000_000;
        var all = new Histogram(LONGEST_NANOS, 3);
        long errors = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Future<Outcome>> parts = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                long first = begin + i * interval / CONNECTIONS;
                parts.add(threads.submit(() -> connection(port, content, first, interval, seconds)));
            }
            for (Future<Outcome> part : parts) {
                Outcome outcome = part.get();
                all.add(outcome.latency());
                errors += outcome.errors();
            }
        } catch (ExecutionException e) {
            throw new BenchException("open loop on port " + port + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted during the open loop", e);
        }
        return new Outcome(all, errors);
    }

    private static Outcome connection(int port, Content content, long first, long interval, int seconds) {
        var latency = new Histogram(LONGEST_NANOS, 3);
        long count = seconds * 1_000_000_000L / interval;
        byte[] request = ("GET " + content.path() + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        long done = 0;
        try (var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            var answers = new Answers(socket.getInputStream(), content.size());
            for (; done < count; done++) {
                long due = first + done * interval;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                    if (Thread.currentThread().isInterrupted()) {
                        return new Outcome(latency, count - done);
                    }
                }
                socket.getOutputStream().write(request);
                answers.readOne();
                latency.recordValue(Math.min(System.nanoTime() - due, LONGEST_NANOS));
            }
            return new Outcome(latency, 0);
        } catch (IOException e) {
            // What this connection still had to do was not done.
            return new Outcome(latency, count - done);
        }
    }

    /** Reads answers that have the status 200 and a length, one at a time. */
    private static final class Answers {
        private static final int LONGEST_HEAD = 8_192;

        private final InputStream in;
        private final int size;
        private final byte[] buffer;

        Answers(InputStream in, int size) {
            this.in = in;
            this.size = size;
            this.buffer = new byte[size + LONGEST_HEAD];
        }

        void readOne() throws IOException {
            int filled = 0;
            int body = -1;
            while (body < 0 || filled < body + size) {
                int read = in.read(buffer, filled, buffer.length - filled);
                if (read <= 0) {
                    throw new EOFException("answer ended after " + filled + " bytes");
                }
                filled += read;
                body = body < 0 ? endOfHead(filled) : body;
            }
            boolean good = buffer[9] == '2' && buffer[10] == '0' && buffer[11] == '0';
            if (!good || filled != body + size) {
                throw new IOException("answer with status " + new String(buffer, 9, 3, StandardCharsets.ISO_8859_1)
                        + " and " + (filled - body) + " bytes; expected 200 and " + size);
            }
        }

        private int endOfHead(int filled) {
            for (int i = 3; i < filled; i++) {
                if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n' && buffer[i - 3] == '\r') {
                    return i + 1;
                }
            }
            return -1;
        }
    }
}
