package io.weft.controlplane.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.serve.ConnectedProxy;
import io.weft.controlplane.telemetry.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The HTTP port. Everything is read only. {@code /ready} and {@code /metrics} answer everybody; what is below {@code /debug/} shows
 * the whole mesh, so it answers callers on this machine only, and only under the name of this machine, which a page in a browser
 * that was talked into resolving its own name to loopback does not use.
 */
public final class AdminServer implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int BACKLOG = 64;

    private final HttpServer server;
    private final ExecutorService threads;

    /** What the pages show. */
    public record Sources(
            BooleanSupplier ready,
            Supplier<MeshLoad> mesh,
            Supplier<List<ConnectedProxy>> connected,
            Metrics metrics) {}

    private record Answer(int status, String type, String text) {
        static Answer plain(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", text + "\n");
        }

        static Answer json(Object value) {
            return new Answer(200, "application/json", Json.text(value));
        }
    }

    /** @throws IOException when the address cannot be bound */
    public AdminServer(InetSocketAddress address, Sources sources) throws IOException {
        server = HttpServer.create(address, BACKLOG);
        threads = Executors.newFixedThreadPool(
                THREADS, Thread.ofPlatform().name("weft-http-", 0).daemon().factory());
        server.setExecutor(threads);
        server.createContext("/", exchange -> serve(exchange, sources));
        server.start();
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void serve(HttpExchange exchange, Sources sources) throws IOException {
        try (exchange) {
            Answer answer;
            try {
                answer = answer(exchange, sources);
            } catch (RuntimeException e) {
                System.getLogger("io.weft.controlplane.admin")
                        .log(System.Logger.Level.ERROR, "page " + exchange.getRequestURI() + " failed", e);
                answer = Answer.plain(500, "internal error");
            }
            byte[] body = answer.text().getBytes(UTF_8);
            exchange.getResponseHeaders().set("content-type", answer.type());
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static Answer answer(HttpExchange exchange, Sources sources) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.plain(405, "only GET; nothing can be changed here");
        }
        String path = exchange.getRequestURI().getPath();
        if (path.startsWith("/debug/") && !isFromHere(exchange)) {
            return Answer.plain(403, "debug pages are for callers on this machine");
        }
        return switch (path) {
            case "/ready" ->
                sources.ready().getAsBoolean() ? Answer.plain(200, "ready") : Answer.plain(503, "not ready");
            case "/metrics" ->
                new Answer(
                        200,
                        "text/plain; version=0.0.4; charset=utf-8",
                        sources.metrics().text());
            case "/debug/syncz" ->
                Answer.json(SyncStatusPage.of(sources.connected().get()));
            case "/debug/configz" -> Answer.json(config(sources.mesh().get()));
            case "/", "/debug/" -> Answer.plain(200, "/ready\n/metrics\n/debug/syncz\n/debug/configz");
            default -> Answer.plain(404, "no page " + path);
        };
    }

    private static Map<String, Object> config(MeshLoad load) {
        var page = new LinkedHashMap<String, Object>();
        page.put("settings", load.mesh().settings());
        var objects = new LinkedHashMap<String, Object>();
        load.mesh().objects().forEach(object -> objects.put(object.key().toString(), object));
        page.put("objects", objects);
        page.put("problems", load.problems());
        return page;
    }

    private static boolean isFromHere(HttpExchange exchange) {
        String host = exchange.getRequestHeaders().getFirst("host");
        String name = host == null ? "" : host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT);
        boolean ours = name.equals("localhost") || name.equals("[::1]") || name.matches("127\\.\\d+\\.\\d+\\.\\d+");
        return ours && exchange.getRemoteAddress().getAddress().isLoopbackAddress();
    }
}
