package io.weft.examples.apps;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * GET / over HTTP/1.1 on one connection that is kept, and made again only when it failed or the answer said that it
 * closes; or each on a connection of its own. Whoever answers says its name as the first word of the body. Unlike a library it repeats nothing.
 */
final class HttpCaller implements Load.Caller {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int MAX_LINE = 16 << 10;
    private static final int MAX_BODY = 1 << 20;

    private final String host;
    private final int port;
    private final boolean keeps;
    private @Nullable Socket socket;
    private InputStream in = InputStream.nullInputStream();

    HttpCaller(String host, int port, boolean keeps) {
        this.host = host;
        this.port = port;
        this.keeps = keeps;
    }

    @Override
    public String call() throws IOException {
        boolean keep = false;
        try {
            Socket open = open();
            open.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: load\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String status = line();
            int length = -1;
            keep = keeps;
            for (String field = line(); !field.isEmpty(); field = line()) {
                String lower = field.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(
                            lower.substring("content-length:".length()).strip());
                } else if (lower.startsWith("connection:") && lower.contains("close")) {
                    keep = false;
                }
            }
            if (length < 0 || length > MAX_BODY) {
                keep = false;
                throw new IOException(status + " with a body of length " + length);
            }
            String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            if (body.length() < length) {
                keep = false;
                throw new EOFException("connection closed within the body");
            }
            if (!status.startsWith("HTTP/1.1 200")) {
                throw new IOException(status + ": " + body.strip());
            }
            return body.split("\\s", 2)[0];
        } catch (NumberFormatException e) {
            keep = false;
            throw new IOException("broken answer", e);
        } catch (IOException e) {
            if (!(e.getMessage() != null && e.getMessage().startsWith("HTTP/1.1 "))) {
                keep = false;
            }
            throw e;
        } finally {
            if (!keep) {
                close();
            }
        }
    }

    private Socket open() throws IOException {
        Socket open = socket;
        if (open == null) {
            open = new Socket();
            socket = open;
            open.setTcpNoDelay(true);
            open.setSoTimeout(TIMEOUT_MILLIS);
            open.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            in = new BufferedInputStream(open.getInputStream());
        }
        return open;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("connection closed before the answer was whole");
            }
            if (line.length() > MAX_LINE) {
                throw new IOException("a line longer than " + MAX_LINE);
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        Socket open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
    }
}
