package io.weft.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.weft.certs.authority.Authority;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.join.JoinTokens;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.controlplane.push.Debounce;
import io.weft.controlplane.serve.StreamLimits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A control plane on free ports of loopback, with the folder that it watches and clients of all kinds. */
final class TestMesh {
    static final TrustDomain TRUST_DOMAIN = new TrustDomain("cluster.local");
    static final Duration GRACE = Duration.ofDays(3);

    final Path config;
    final Path authority;
    private final boolean plaintext;
    private volatile Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> Instant.now().plus(ahead);
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private ControlPlane controlPlane;

    TestMesh(Path folder, boolean plaintext) throws IOException {
        this.config = Files.createDirectories(folder.resolve("config"));
        this.authority = folder.resolve("ca");
        this.plaintext = plaintext;
        this.controlPlane = start();
    }

    static TestMesh in(Path folder) throws IOException {
        return new TestMesh(folder, false);
    }

    private ControlPlane start() throws IOException {
        ListenAddress free = ListenAddress.parse("127.0.0.1:0");
        return ControlPlane.start(
                new Options(
                        config,
                        authority,
                        new AuthorityFolder(authority).tokens(),
                        TRUST_DOMAIN,
                        free,
                        plaintext ? Optional.of(free) : Optional.empty(),
                        free,
                        false,
                        Duration.ofHours(24),
                        GRACE,
                        Set.of("localhost"),
                        Set.of(),
                        StreamLimits.DEFAULT,
                        Debounce.DEFAULT,
                        Duration.ofMillis(200),
                        Duration.ofSeconds(2)),
                clock);
    }

    /** Ends the control plane and everything that is connected to it, and starts another one, elsewhere. */
    void restart(Runnable meanwhile) throws IOException {
        controlPlane.close();
        meanwhile.run();
        controlPlane = start();
    }

    /** Sets the clock of the control plane forward. Its timers know nothing of it. */
    void advance(Duration by) {
        ahead = ahead.plus(by);
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    /** Writes a file whole, as an editor does. */
    void write(String name, String text) {
        try {
            Path half = Files.writeString(config.resolve(name + ".tmp"), text);
            Files.move(half, config.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void delete(String name) {
        try {
            Files.delete(config.resolve(name));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A service of one port with one endpoint. */
    static String service(String namespace, String name, String address) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: %2$s, namespace: %1$s}
                spec:
                  clusterIP: 10.96.0.%4$d
                  selector: {app: %2$s}
                  ports: [{name: http, port: 80, targetPort: 8080}]
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: %2$s-1
                  namespace: %1$s
                  labels: {kubernetes.io/service-name: %2$s}
                addressType: IPv4
                ports: [{name: http, port: 8080}]
                endpoints:
                  - addresses: ["%3$s"]
                """.formatted(namespace, name, address, 1 + Math.floorMod(name.hashCode(), 250));
    }

    static String clusterOf(String namespace, String name) {
        return "outbound|80||" + name + "." + namespace + ".svc.cluster.local";
    }

    Authority authority() throws IOException {
        return Authority.open(authority, TRUST_DOMAIN, clock);
    }

    JoinTokens tokens() {
        return new JoinTokens(new AuthorityFolder(authority).tokens(), clock);
    }

    String token(SpiffeId id) throws IOException {
        return tokens().create(id, Duration.ofMinutes(1), authority().rootFingerprint())
                .text();
    }

    static SpiffeId id(String namespace, String account) {
        return SpiffeId.workload(TRUST_DOMAIN, namespace, account);
    }

    X509Svid svid(String namespace, String account) throws IOException {
        return svid(namespace, account, Duration.ofHours(1));
    }

    X509Svid svid(String namespace, String account, Duration life) throws IOException {
        return authority().issueOwn(KeyAlgorithm.EC_P256, id(namespace, account), life, Set.of());
    }

    /** A connection of its own over TLS, with or without a certificate. */
    ManagedChannel channel(@Nullable X509Svid svid) throws IOException {
        return channel(svid, NettyChannelBuilder.DEFAULT_FLOW_CONTROL_WINDOW);
    }

    /** @param window how many bytes may be on their way to a client that does not read */
    ManagedChannel channel(@Nullable X509Svid svid, int window) throws IOException {
        SslContextBuilder tls =
                GrpcSslContexts.forClient().trustManager(authority().bundle().roots());
        if (svid != null) {
            tls.keyManager(svid.key(), svid.chainWithoutRoot().toArray(X509Certificate[]::new));
        }
        InetSocketAddress address = controlPlane.secureAddress();
        return kept(NettyChannelBuilder.forAddress(address)
                .overrideAuthority("localhost")
                .flowControlWindow(window)
                .sslContext(tls.build())
                .build());
    }

    Channel plaintextChannel(InetSocketAddress address) {
        return kept(NettyChannelBuilder.forAddress(address).usePlaintext().build());
    }

    private ManagedChannel kept(ManagedChannel channel) {
        channels.add(channel);
        return channel;
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(page(path)).build());
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    URI page(String path) {
        return URI.create("http://127.0.0.1:" + controlPlane.httpAddress().getPort() + path);
    }

    /** The value of a metric's line, which is given up to its value. */
    double metric(String series) {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    void close() throws InterruptedException {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow();
        }
        controlPlane.close();
        for (ManagedChannel channel : channels) {
            assertThat(channel.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        }
        http.close();
    }
}
