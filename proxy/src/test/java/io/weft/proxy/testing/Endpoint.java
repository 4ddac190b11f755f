package io.weft.proxy.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A recording HTTP/1 server on a port of its own: keeps every request byte for byte and answers as it is told. Threads
 * are virtual; closing it ends them.
 */
public final class Endpoint implements AutoCloseable {

    /** One request as it came: head and, decoded, its body. */
    public record Seen(int connection, String head, String body) {
        public String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }
    }

    /** Answers one request; what it returns is sent as it stands. Null closes the connection without an answer. */
    public interface Answer {
        byte @Nullable [] to(Seen request) throws IOException;
    }

    private final ServerSocket socket;
    private final Answer answer;
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile int closeAfter = Integer.MAX_VALUE;

    public Endpoint(Answer answer) throws IOException {
        this.answer = answer;
        this.socket = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** Answers 200 with that body and a length. */
    public static Endpoint saying(String body) throws IOException {
        return new Endpoint(request -> ok(body));
    }

    public static byte[] ok(String body) {
        return bytes("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    public int port() {
        return socket.getLocalPort();
    }

    public List<Seen> seen() {
        return seen;
    }

    public int connections() {
        return connections.get();
    }

    /** Closes each connection, without a word, after that many answers. */
    public void closeAfter(int answers) {
        closeAfter = answers;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                open.add(accepted);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(accepted, number));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket accepted, int number) {
        try (accepted) {
            InputStream in = new BufferedInputStream(accepted.getInputStream());
            OutputStream out = accepted.getOutputStream();
            for (int served = 0; served < closeAfter; served++) {
                String head = head(in);
                if (head.isEmpty()) {
                    return;
                }
                Seen request = new Seen(number, head, body(head, in));
                seen.add(request);
                byte[] reply = answer.to(request);
                if (reply == null) {
                    return;
                }
                out.write(reply);
                out.flush();
            }
        } catch (IOException e) {
            // the proxy closed: that is recorded by what was seen
        } finally {
            open.remove(accepted);
        }
    }

    static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        int b;
        while ((b = in.read()) >= 0) {
            head.append((char) b);
            if (head.length() >= 4 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    static String body(String head, InputStream in) throws IOException {
        String lower = head.toLowerCase(java.util.Locale.ROOT);
        if (lower.contains("transfer-encoding: chunked")) {
            return chunked(in);
        }
        int at = lower.indexOf("\r\ncontent-length:");
        if (at < 0) {
            return "";
        }
        int length = Integer.parseInt(
                lower.substring(at + 17, lower.indexOf("\r\n", at + 2)).strip());
        return new String(whole(in, length), StandardCharsets.ISO_8859_1);
    }

    /** A body that was cut off is no request that was seen. */
    private static byte[] whole(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("ended within a body");
        }
        return bytes;
    }

    private static String chunked(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line(in);
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                StringBuilder trailers = new StringBuilder();
                String line;
                while (!(line = line(in)).isEmpty()) {
                    trailers.append('|').append(line);
                }
                return body.toString(StandardCharsets.ISO_8859_1) + trailers;
            }
            body.write(whole(in, length));
            if (!line(in).isEmpty()) {
                throw new IOException("no line end behind a chunk");
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int b;
        while ((b = in.read()) >= 0) {
            if (b == '\n') {
                return line.substring(0, line.length() - 1);
            }
            line.append((char) b);
        }
        throw new IOException("ended within a line");
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket each : open) {
            each.close();
        }
    }
}
