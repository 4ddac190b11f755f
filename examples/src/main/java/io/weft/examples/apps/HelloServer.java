package io.weft.examples.apps;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** {@code HelloServer PORT NAME}: answers every request over HTTP/1 with its name; {@code /big} with a megabyte. */
public final class HelloServer {
    private static final int BIG = 1_000_000;

    private HelloServer() {}

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(args[0])), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        byte[] name = (args[1] + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] big = "x".repeat(BIG).getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                byte[] body = exchange.getRequestURI().getPath().equals("/big") ? big : name;
                exchange.sendResponseHeaders(200, body.length);
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
        });
        server.start();
        System.out.println("ready");
    }
}
