package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Http2Client;
import io.weft.proxy.testing.Http2Endpoint;
import io.weft.proxy.testing.RunningProxy;
import io.weft.proxy.testing.Svids;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HTTP/2 over mutual TLS between two proxies, agreed on by ALPN: the hop in the middle of a mesh. */
@Timeout(60)
class Http2TlsTest {

    private static final Authority AUTHORITY = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());

    private static Snapshot with(Snapshot plain, String name) {
        return new Snapshot(1, plain.listeners(), plain.clusters(), Map.of(), Svids.secrets(AUTHORITY, name));
    }

    /** The server's proxy: ends mutual TLS and speaks plainly to the application. */
    private static Snapshot inbound(Cluster app, List<String> alpn) {
        DownstreamTls tls = new DownstreamTls(Svids.mutual(alpn), true, Duration.ofSeconds(5));
        var manager = Fixture.manager(Fixture.routes(Fixture.forwardTo(app.name())));
        return with(
                Fixture.snapshot(Fixture.listener(Listener.Inspection.NONE, Fixture.chain(manager, tls)), app),
                "server");
    }

    /** The client's proxy: speaks mutual TLS to the server's. */
    private static Snapshot outbound(int port, Cluster.Protocol protocol, List<String> alpn) {
        Cluster plain = Fixture.cluster("peer", port);
        UpstreamTls tls = new UpstreamTls(Svids.mutual(alpn), "server.shop", false, false);
        Cluster secured = Fixture.cluster(
                "peer", protocol, tls, plain.endpoints().getFirst().endpoints());
        return with(Fixture.http(secured), "client");
    }

    @Test
    void requests_of_both_versions_cross_the_mesh_as_http2_and_arrive_as_what_the_app_speaks() throws Exception {
        try (Http2Endpoint app = new Http2Endpoint((request, wire) -> {
                    wire.headers(request.stream(), false, ":status", "200");
                    wire.body(
                            request.stream(),
                            false,
                            request.body().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
                    wire.headers(
                            request.stream(), true, "x-sum", request.trailers().replaceAll("\\W", ""));
                });
                RunningProxy there = new RunningProxy(inbound(
                        Fixture.speaking(Fixture.cluster("app", app.port()), Cluster.Protocol.HTTP2), List.of("h2")));
                RunningProxy here = new RunningProxy(outbound(there.port(), Cluster.Protocol.HTTP2, List.of("h2")));
                Http2Client client = new Http2Client(here.port());
                Client old = here.connect()) {
            client.request(1, false, "POST", "/").data(1, false, "abc");
            client.wire().headers(1, true, "x-t", "1");
            Http2Client.Answer answer = client.answer(1);
            assertThat(answer.body()).isEqualTo("abc");
            assertThat(answer.trailer("x-sum")).isEqualTo("xt1");
            String large = "0123456789abcdef".repeat(64 * 1024); // 1 MiB
            Client.Answer aged = old.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + Integer.toHexString(large.length()) + "\r\n" + large + "\r\n0\r\nX-T: 2\r\n\r\n")
                    .answer();
            assertThat(aged.body()).isEqualTo(large + "|x-sum: xt2");
            for (int i = 1; i < 100; i++) {
                client.request(2 * i + 1, true, "GET", "/" + i);
            }
            for (int i = 1; i < 100; i++) {
                assertThat(client.answer(2 * i + 1).status()).isEqualTo(200);
            }
            assertThat(app.connections()).as("one on each hop").isEqualTo(1);
        }
    }

    @ParameterizedTest(name = "the server agrees on {0}")
    @CsvSource({"h2,HTTP/2", "http/1.1,HTTP/1.1"})
    void where_alpn_decides_what_the_server_agreed_on_is_spoken(String agreed, String spoken) throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy there = new RunningProxy(inbound(Fixture.cluster("app", app.port()), List.of(agreed)));
                RunningProxy here =
                        new RunningProxy(outbound(there.port(), Cluster.Protocol.ALPN, List.of("h2", "http/1.1")));
                Client client = here.connect();
                Client second = here.connect()) {
            String get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
            assertThat(client.send(get).answer().body()).isEqualTo("ok");
            second.send(get);
            client.send(get);
            assertThat(second.answer().body()).isEqualTo("ok");
            assertThat(client.answer().body()).isEqualTo("ok");
            assertThat(here.logged().status()).isEqualTo(200);
        }
    }
}
