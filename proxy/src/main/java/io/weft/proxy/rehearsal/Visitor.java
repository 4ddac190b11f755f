package io.weft.proxy.rehearsal;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks for what is rehearsed, one request after the other, as a client without any knowledge of the proxy would. */
final class Visitor {

    private static final int REQUESTS_PER_CONNECTION = 30;
    private static final int BUFFER = 4096;
    private static final byte[] GOOD = "HTTP/1.1 200 ".getBytes(StandardCharsets.US_ASCII);

    private final InetSocketAddress entry;
    private final long end;
    private final byte[] buffer = new byte[BUFFER];
    private int answers;

    /**
     * @param port of the loopback address
     * @param end of its time, by {@link System#nanoTime}
     */
    Visitor(int port, long end) {
        this.entry = new InetSocketAddress(InetAddress.ofLiteral(Play.LOOPBACK), port);
        this.end = end;
    }

    /** Right answers so far. */
    int answers() {
        return answers;
    }

    /**
     * Asks for each path so many times, the paths in turn.
     *
     * @throws SocketTimeoutException when the time is over
     * @throws IOException when an answer is not the right one, or there is none
     */
    void ask(List<String> paths, int times) throws IOException {
        List<byte[]> requests = paths.stream().map(Visitor::request).toList();
        int wanted = times * paths.size();
        while (answers < wanted) {
            try (Socket socket = new Socket()) {
                socket.connect(entry, left());
                socket.setTcpNoDelay(true);
                for (int i = 0; i < REQUESTS_PER_CONNECTION && answers < wanted; i++) {
                    socket.setSoTimeout(left());
                    socket.getOutputStream().write(requests.get(answers % requests.size()));
                    readAnswer(socket.getInputStream());
                    answers++;
                }
            }
        }
    }

    private static byte[] request(String path) {
        return ("GET " + path + " HTTP/1.1\r\nhost: rehearsal\r\nuser-agent: rehearsal\r\naccept: */*\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private void readAnswer(InputStream in) throws IOException {
        int length = 0;
        while (length < buffer.length) {
            int read = in.read(buffer, length, buffer.length - length);
            if (read < 0) {
                throw new IOException("expected an answer, got " + length + " bytes and the end");
            }
            length += read;
            if (!beginsGood(length)) {
                throw new IOException("expected status 200, got "
                        + new String(buffer, 0, Math.min(length, 64), StandardCharsets.ISO_8859_1));
            }
            if (buffer[length - 1] == Play.END) {
                return;
            }
        }
        throw new IOException("expected an answer of less than " + buffer.length + " bytes");
    }

    private boolean beginsGood(int length) {
        int known = Math.min(length, GOOD.length);
        return Arrays.equals(buffer, 0, known, GOOD, 0, known);
    }

    /** Milliseconds, at least one: to a socket, none means for ever. */
    private int left() throws SocketTimeoutException {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
            throw new SocketTimeoutException("the time is over");
        }
        return (int) Math.min(Integer.MAX_VALUE, left);
    }
}
