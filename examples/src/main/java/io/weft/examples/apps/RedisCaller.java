package io.weft.examples.apps;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A new connection to Redis each time, one PING, and the end of the connection. */
final class RedisCaller implements Load.Caller {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final String PONG = "+PONG\r\n";

    private final String host;
    private final int port;

    RedisCaller(String host, int port) {
        this.host = host;
        this.port = port;
    }

    @Override
    public String call() throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readNBytes(PONG.length()), StandardCharsets.US_ASCII);
            if (!answer.equals(PONG)) {
                throw new IOException("expected +PONG, got '" + answer.strip() + "'");
            }
            return "redis";
        }
    }

    @Override
    public void close() {}
}
