package io.weft.proxy.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Sends bytes as they stand and reads answers. */
public final class Client implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;

    public Client(int port) throws IOException {
        this(port, InetAddress.getLoopbackAddress());
    }

    /** @param from the address that it connects from */
    public Client(int port, InetAddress from) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port, from, 0);
        this.socket.setSoTimeout(PATIENCE_MILLIS);
        this.socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** An answer: its head as it stands and its body, decoded. */
    public record Answer(String head, String body) {
        public int status() {
            return Integer.parseInt(head.substring(9, 12));
        }

        public boolean has(String line) {
            return head.contains("\r\n" + line + "\r\n");
        }
    }

    public Client send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Client send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Reads one answer to a request of any method but HEAD. */
    public Answer answer() throws IOException {
        String head = Endpoint.head(in);
        if (head.isEmpty()) {
            throw new IOException("closed before an answer");
        }
        boolean bodyless =
                head.startsWith("HTTP/1.1 1") || head.startsWith("HTTP/1.1 204") || head.startsWith("HTTP/1.1 304");
        String lower = head.toLowerCase(java.util.Locale.ROOT);
        if (bodyless) {
            return new Answer(head, "");
        }
        if (!lower.contains("\r\ncontent-length:") && !lower.contains("\r\ntransfer-encoding:")) {
            return new Answer(head, rest());
        }
        return new Answer(head, Endpoint.body(head, in));
    }

    /** Reads a head alone. */
    public String head() throws IOException {
        return Endpoint.head(in);
    }

    /** Reads up to the end of the connection; a reset counts as an end. */
    public String rest() throws IOException {
        StringBuilder text = new StringBuilder();
        try {
            int b;
            while ((b = in.read()) >= 0) {
                text.append((char) b);
            }
        } catch (SocketException e) {
            // reset: there is no more
        }
        return text.toString();
    }

    public String read(int bytes) throws IOException {
        return new String(in.readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    /** Whether the other side has ended the connection. */
    public boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    public void endSpeech() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
