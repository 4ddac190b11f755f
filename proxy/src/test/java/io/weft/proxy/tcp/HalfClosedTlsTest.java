package io.weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A close_notify ends one direction (RFC 8446 section 6.1): with the JDK's TLS as the peer, and between two proxies. */
@Timeout(60)
class HalfClosedTlsTest {

    private static final Authority AUTHORITY = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private static final char[] PASSWORD = "test".toCharArray();
    private static final int MUCH = 4 * 1024 * 1024;

    private static X509Svid svid(String name) {
        return AUTHORITY.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(TrustDomain.DEFAULT, "shop", name),
                Duration.ofHours(1),
                Set.of());
    }

    private static TlsParameters parameters() {
        return new TlsParameters(
                TlsParameters.Version.TLS_1_2,
                TlsParameters.Version.TLS_1_3,
                List.of(),
                List.of(),
                List.of(),
                new TlsParameters.CertificateSource.Named("default"),
                new TlsParameters.Validation(new TlsParameters.TrustSource.Named("ROOTCA"), List.of()));
    }

    private static Snapshot with(Snapshot plain, String name) {
        X509Svid svid = svid(name);
        Map<String, Secret> secrets = Map.of(
                "default",
                new Secret.Certificate(svid.chainPem(), svid.keyPem()),
                "ROOTCA",
                new Secret.Trust(AUTHORITY.bundle().toPem()));
        return new Snapshot(1, plain.listeners(), plain.clusters(), Map.of(), secrets);
    }

    private static Snapshot terminating(int port) {
        DownstreamTls tls = new DownstreamTls(parameters(), true, Duration.ofSeconds(5));
        return with(
                Fixture.snapshot(
                        Fixture.listener(Listener.Inspection.NONE, Fixture.chain(Fixture.tcp("app"), tls)),
                        Fixture.cluster("app", port)),
                "server");
    }

    private static Snapshot originating(int port) {
        Cluster cluster = Fixture.cluster(
                "app",
                Cluster.Protocol.HTTP1,
                new UpstreamTls(parameters(), "", false, false),
                Fixture.cluster("app", port).endpoints().getFirst().endpoints());
        return with(
                Fixture.snapshot(
                        Fixture.listener(Listener.Inspection.NONE, Fixture.chain(Fixture.tcp("app"), null)), cluster),
                "client");
    }

    private static SSLContext jdk() throws Exception {
        X509Svid svid = svid("jdk");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", svid.key(), PASSWORD, svid.chain().toArray(new X509Certificate[0]));
        KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys, PASSWORD);
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", AUTHORITY.root());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** Reads all, then answers with how much it was and a long tail. */
    private static CompletableFuture<Integer> answerBehindTheEnd(ServerSocket server) {
        CompletableFuture<Integer> got = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (Socket accepted = server.accept()) {
                int all = accepted.getInputStream().readAllBytes().length;
                accepted.getOutputStream().write(new byte[MUCH]);
                accepted.getOutputStream().write(("got " + all).getBytes(StandardCharsets.US_ASCII));
                accepted.shutdownOutput();
                got.complete(all);
                accepted.getInputStream().read();
            } catch (Exception e) {
                got.completeExceptionally(e);
            }
        });
        return got;
    }

    /** Answers with a word and ends its speech, then reads all. */
    private static CompletableFuture<Integer> endFirst(ServerSocket server) {
        CompletableFuture<Integer> got = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (Socket accepted = server.accept()) {
                accepted.getOutputStream().write("bye".getBytes(StandardCharsets.US_ASCII));
                accepted.shutdownOutput();
                got.complete(accepted.getInputStream().readAllBytes().length);
            } catch (Exception e) {
                got.completeExceptionally(e);
            }
        });
        return got;
    }

    private static ServerSocket plain() throws Exception {
        return new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    }

    private static void speakThenListen(Socket client, CompletableFuture<Integer> got) throws Exception {
        client.setSoTimeout(20_000);
        client.getOutputStream().write(new byte[MUCH]);
        client.shutdownOutput();
        InputStream in = client.getInputStream();
        assertThat(in.readNBytes(MUCH)).hasSize(MUCH);
        assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("got " + MUCH);
        assertThat(got.get(20, TimeUnit.SECONDS)).isEqualTo(MUCH);
    }

    private static void listenThenSpeak(Socket client, CompletableFuture<Integer> got) throws Exception {
        client.setSoTimeout(20_000);
        client.getOutputStream().write(1);
        InputStream in = client.getInputStream();
        assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("bye");
        client.getOutputStream().write(new byte[MUCH]);
        client.shutdownOutput();
        assertThat(got.get(20, TimeUnit.SECONDS)).isEqualTo(MUCH + 1);
    }

    private static SSLSocket jdkClient(RunningProxy proxy) throws Exception {
        SSLSocket socket =
                (SSLSocket) jdk().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setEnabledProtocols(new String[] {"TLSv1.3"});
        return socket;
    }

    @Test
    void a_tls_client_that_has_said_its_last_is_still_answered_L4_08() throws Exception {
        try (ServerSocket server = plain();
                RunningProxy proxy = new RunningProxy(terminating(server.getLocalPort()));
                Socket client = jdkClient(proxy)) {
            speakThenListen(client, answerBehindTheEnd(server));
        }
    }

    @Test
    void a_tls_client_is_told_the_servers_end_by_close_notify_and_may_go_on_L4_08() throws Exception {
        try (ServerSocket server = plain();
                RunningProxy proxy = new RunningProxy(terminating(server.getLocalPort()));
                Socket client = jdkClient(proxy)) {
            listenThenSpeak(client, endFirst(server));
        }
    }

    @Test
    void a_tls_server_hears_the_clients_end_by_close_notify_and_its_answer_arrives_L4_08() throws Exception {
        try (ServerSocket server =
                        jdk().getServerSocketFactory().createServerSocket(0, 16, InetAddress.getLoopbackAddress());
                RunningProxy proxy = new RunningProxy(originating(server.getLocalPort()));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            speakThenListen(client, answerBehindTheEnd(server));
        }
    }

    @Test
    void half_closes_pass_through_two_proxies_L4_08() throws Exception {
        try (ServerSocket server = plain();
                RunningProxy there = new RunningProxy(terminating(server.getLocalPort()));
                RunningProxy here = new RunningProxy(originating(there.port()));
                Socket first = new Socket(InetAddress.getLoopbackAddress(), here.port())) {
            speakThenListen(first, answerBehindTheEnd(server));
            try (Socket second = new Socket(InetAddress.getLoopbackAddress(), here.port())) {
                listenThenSpeak(second, endFirst(server));
            }
        }
    }
}
