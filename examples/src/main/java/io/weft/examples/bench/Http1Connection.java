package io.weft.examples.bench;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** HTTP/1.1, with answers that have a length. Used by one thread. */
final class Http1Connection implements KeptConnection {
    private static final int LONGEST_HEAD = 8_192;

    private final Socket socket;
    private final InputStream in;
    private final Content content;
    private final byte[] expected;
    private final byte[] buffer;
    private String host = "";
    private byte[] request = {};

    Http1Connection(Socket socket, Content content) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.content = content;
        this.expected = content.body();
        this.buffer = new byte[LONGEST_HEAD + expected.length];
    }

    @Override
    public void ask(String of) throws IOException {
        if (!of.equals(host)) {
            host = of;
            request = ("GET " + content.path() + " HTTP/1.1\r\nHost: " + of + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
        }
        socket.getOutputStream().write(request);
        int filled = 0;
        int body = -1;
        while (body < 0 || filled < body + expected.length) {
            int read = filled < buffer.length ? in.read(buffer, filled, buffer.length - filled) : -1;
            if (read <= 0) {
                throw new EOFException("answer ended after " + filled + " bytes");
            }
            filled += read;
            if (body < 0) {
                body = endOfHead(filled);
                if (body > 0 && !isGood()) {
                    throw new IOException("expected 200; seen: "
                            + new String(buffer, 0, filled, StandardCharsets.ISO_8859_1).replace("\r\n", " / "));
                }
            }
        }
        if (!Arrays.equals(buffer, body, filled, expected, 0, expected.length)) {
            throw new IOException("answer of " + (filled - body) + " bytes; expected the " + expected.length + " of "
                    + content.path());
        }
    }

    private boolean isGood() {
        return buffer[9] == '2' && buffer[10] == '0' && buffer[11] == '0';
    }

    private int endOfHead(int filled) {
        for (int i = 3; i < filled; i++) {
            if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n' && buffer[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
