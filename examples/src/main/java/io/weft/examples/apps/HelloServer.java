package io.weft.examples.apps;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * {@code HelloServer PORT NAME}: answers every request over HTTP/1 with its name; {@code /big} with a megabyte, {@code
 * /slow} after eight seconds.
 */
public final class HelloServer {
    private static final int BIG = 1_000_000;
    private static final int SLOW_SECONDS = 8;

    private HelloServer() {}

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(args[0])), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        byte[] name = (args[1] + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] big = "x".repeat(BIG).getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                String path = exchange.getRequestURI().getPath();
                if (path.equals("/slow")) {
                    waitFor(SLOW_SECONDS);
                }
                byte[] body = path.equals("/big") ? big : name;
                exchange.sendResponseHeaders(200, body.length);
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
        });
        server.start();
        System.out.println("ready");
    }

    private static void waitFor(int seconds) throws IOException {
        try {
            new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
