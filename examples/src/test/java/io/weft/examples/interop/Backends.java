package io.weft.examples.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** The servers behind the proxies, and certificates for both sides; what the bootstrap files call by {@code ${name}}. */
final class Backends {
    private static final char[] NO_PASSWORD = new char[0];

    private final Deque<Runnable> running = new ArrayDeque<>();
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, AtomicInteger> flaky = new ConcurrentHashMap<>();
    private final Path certs;
    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private final Authority others = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());

    Backends(Path folder) throws IOException, GeneralSecurityException {
        certs = Files.createDirectories(folder.resolve("certs"));
        values.put("certs", certs.toString());
        Files.writeString(certs.resolve("roots.crt"), authority.bundle().toPem());
        Files.writeString(certs.resolve("other-roots.crt"), others.bundle().toPem());
        X509Svid blue = issue(authority, "blue", "default", "blue", "blue.example", "unknown.example");
        X509Svid green =
                issue(authority, "green", "default", "green", "green.example", "a.wild.example", "a.b.wild.example");
        issue(authority, "client", "default", "client");
        issue(authority, "ops", "ops", "anybody");
        issue(authority, "other", "default", "other");
        issue(others, "stranger", "default", "client");
        http("blue");
        http("green");
        https("tls_blue", "blue", blue, false);
        https("tls_green", "green", green, false);
        https("tls_mutual", "green", green, true);
        grpc("grpc_one", "one");
        grpc("grpc_two", "two");
        values.put("closed", String.valueOf(closed()));
    }

    /** A port that refuses whoever connects, and that nobody else is given meanwhile: bound, and not listened on. */
    private int closed() throws IOException {
        Socket held = new Socket();
        running.push(() -> {
            try {
                held.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        held.bind(loopback());
        return held.getLocalPort();
    }

    /** What to write for each name. */
    Map<String, String> values() {
        return values;
    }

    private X509Svid issue(Authority by, String file, String namespace, String account, String... dns)
            throws IOException {
        X509Svid svid = by.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(TrustDomain.DEFAULT, namespace, account),
                Duration.ofHours(1),
                Set.of(dns));
        Files.writeString(certs.resolve(file + ".crt"), Pem.encode(svid.chainWithoutRoot()));
        Files.writeString(certs.resolve(file + ".key"), svid.keyPem());
        return svid;
    }

    private void http(String name) throws IOException {
        serve(name, name, HttpServer.create(loopback(), 0));
    }

    private void https(String key, String name, X509Svid svid, boolean mutual)
            throws IOException, GeneralSecurityException {
        SSLContext context = context(svid);
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters own = context.getDefaultSSLParameters();
                own.setNeedClientAuth(mutual);
                parameters.setSSLParameters(own);
            }
        });
        serve(key, name, server);
    }

    private SSLContext context(X509Svid svid) throws GeneralSecurityException, IOException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("own", svid.key(), NO_PASSWORD, svid.chainWithoutRoot().toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, NO_PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", authority.bundle().roots().getFirst());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private void serve(String key, String name, HttpServer server) {
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(name, exchange));
        server.start();
        running.push(() -> {
            server.stop(0);
            threads.shutdownNow();
        });
        values.put(key, String.valueOf(server.getAddress().getPort()));
    }

    /** The name and the request as it came, headers by name; some paths ask for something else. */
    private void answer(String name, HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            String[] path = exchange.getRequestURI().getPath().split("/", -1);
            int status = 200;
            switch (path.length > 2 ? path[1] : "") {
                case "status" -> status = Integer.parseInt(path[2]);
                case "slow", "try" -> LockSupport.parkNanos(Long.parseLong(path[2]) * 1_000_000);
                case "flaky" -> {
                    AtomicInteger calls = flaky.computeIfAbsent(path[2], k -> new AtomicInteger());
                    status = calls.incrementAndGet() <= Integer.parseInt(path[3]) ? 503 : 200;
                }
                default -> {}
            }
            var text = new StringBuilder(name + "\n");
            text.append(exchange.getRequestMethod())
                    .append(' ')
                    .append(exchange.getRequestURI())
                    .append('\n');
            var headers = new TreeMap<String, String>();
            exchange.getRequestHeaders()
                    .forEach((header, all) -> headers.put(header.toLowerCase(Locale.ROOT), String.join(" | ", all)));
            headers.forEach((header, value) ->
                    text.append(header).append(": ").append(value).append('\n'));
            text.append(body.isEmpty() ? "" : "body: " + body + "\n");
            byte[] answer = text.toString().getBytes(UTF_8);
            exchange.getResponseHeaders().add("X-Upstream", name);
            exchange.getResponseHeaders().add("X-Internal", "secret");
            exchange.getResponseHeaders().add("Content-Type", "text/plain");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, head ? -1 : answer.length);
            if (!head) {
                exchange.getResponseBody().write(answer);
            }
        }
    }

    private void grpc(String key, String name) throws IOException {
        Server server = NettyServerBuilder.forAddress(loopback())
                .addService(GrpcName.service(name))
                .build()
                .start();
        running.push(server::shutdownNow);
        values.put(key, String.valueOf(server.getPort()));
    }

    void close() {
        while (!running.isEmpty()) {
            running.pop().run();
        }
    }
}
