package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.chain.Ip;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.HttpConnectionManager.Forwarded;
import io.weft.proxy.config.HttpConnectionManager.Forwarded.ClientCert;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Request;
import io.weft.proxy.testing.Client;
import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.Http2Client;
import io.weft.proxy.testing.RunningProxy;
import io.weft.proxy.testing.Svids;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers that say who asked (feature H-15), as the endpoint sees them. */
@Timeout(60)
class ForwardedHeadersTest {

    private static final Authority AUTHORITY = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";
    private static final String APP = "spiffe://cluster.local/ns/shop/sa/app";

    private static Forwarded forwarded(boolean useRemote, int hops, boolean skipAppend) {
        return new Forwarded(useRemote, hops, skipAppend, ClientCert.SANITIZE, false, false, false);
    }

    private static Snapshot plain(int port, Forwarded forwarded) {
        return Fixture.http(
                Fixture.manager(Fixture.routes(Fixture.forwardTo("app")), forwarded, false),
                Fixture.cluster("app", port));
    }

    private static List<String> lines(Endpoint.Seen seen, String name) {
        return Arrays.stream(seen.head().split("\r\n"))
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        // whether the peer is the client, trusted hops, skip append; what the endpoint sees
        "true,  0, false, '1.1.1.1, 2.2.2.2,127.0.0.1', http",
        "true,  1, false, '1.1.1.1, 2.2.2.2,127.0.0.1', https",
        "true,  0, true,  '1.1.1.1, 2.2.2.2',           http",
        "false, 0, false, '1.1.1.1, 2.2.2.2',           https",
    })
    void the_peer_is_appended_where_it_is_the_client_and_the_scheme_is_believed_from_trusted_hops_only(
            boolean useRemote, int hops, boolean skip, String seen, String scheme) throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(plain(app.port(), forwarded(useRemote, hops, skip)));
                Client client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\r\n"
                            + "X-Forwarded-Proto: https\r\n\r\n")
                    .answer();
            assertThat(lines(app.seen().getFirst(), "x-forwarded-for")).containsExactly(seen);
            assertThat(lines(app.seen().getFirst(), "x-forwarded-proto")).containsExactly(scheme);
        }
    }

    @Test
    @DisplayName(
            "E10: nothing that only this side may say, and nothing that could be taken for it, passes from a client")
    void what_only_this_side_may_say_does_not_pass_from_a_client() throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(plain(app.port(), forwarded(true, 0, false)));
                Client client = proxy.connect();
                Http2Client second = new Http2Client(proxy.port())) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Client-Cert: URI=" + WEB + "\r\n"
                            + "X_Forwarded_Client_Cert: URI=" + WEB + "\r\nX-Forwarded_Client-Cert: URI=" + WEB + "\r\n"
                            + "X-Envoy-Internal: true\r\nx_envoy_internal: true\r\nX-Envoy-External-Address: 9.9.9.9\r\n"
                            + "X_FORWARDED_FOR: 9.9.9.9\r\nX-Kept: 1\r\nx_kept: 2\r\n\r\n")
                    .answer();
            second.request(
                            1,
                            true,
                            "GET",
                            "/",
                            "x_forwarded_client_cert",
                            WEB,
                            "x-envoy-internal",
                            "true",
                            "x_kept",
                            "2")
                    .answer(1);
            assertThat(app.seen()).hasSize(2).allSatisfy(seen -> {
                assertThat(seen.head().toLowerCase(Locale.ROOT))
                        .doesNotContain("cert")
                        .doesNotContain("envoy")
                        .doesNotContain("9.9.9.9");
                assertThat(lines(seen, "x_kept")).containsExactly("2");
                assertThat(lines(seen, "x-forwarded-for")).containsExactly("127.0.0.1");
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        // the peer is the client, hops, what came by x-forwarded-for with our own entry; the client
        "true,  0, '1.1.1.1,10.1.0.7',          10.1.0.7",
        "true,  1, '1.1.1.1, 2.2.2.2,10.1.0.7', 2.2.2.2",
        "true,  2, '1.1.1.1, 2.2.2.2,10.1.0.7', 1.1.1.1",
        "true,  3, '1.1.1.1, 2.2.2.2,10.1.0.7', 10.1.0.7",
        "true,  1, '10.1.0.7',                  10.1.0.7",
        "false, 0, '1.1.1.1, 2.2.2.2',          2.2.2.2",
        "false, 1, '1.1.1.1, 2.2.2.2',          1.1.1.1",
        "false, 2, '1.1.1.1, 2.2.2.2',          10.1.0.7",
        "false, 0, '1.1.1.1, someone',          10.1.0.7",
        "false, 0, '1.1.1.1,',                  10.1.0.7",
        "false, 0, '2001:db8::7',               2001:db8::7",
        "false, 0, '',                          10.1.0.7",
    })
    void the_client_is_as_many_entries_back_as_hops_are_trusted_and_else_the_peer(
            boolean useRemote, int hops, String came, String client) {
        Request request = new Request();
        if (!came.isEmpty()) {
            request.headers().add(FieldName.X_FORWARDED_FOR, came);
        }
        assertThat(ClientAddress.of(request, Records.connection(), forwarded(useRemote, hops, false))
                        .remote())
                .isEqualTo(Ip.of(InetAddress.ofLiteral(client)));
    }

    // ---- the client's certificate ----

    private static Snapshot with(Snapshot plain, String name) {
        return new Snapshot(1, plain.listeners(), plain.clusters(), Map.of(), Svids.secrets(AUTHORITY, name));
    }

    private static Snapshot inbound(int port, ClientCert mode) {
        return inbound(port, new Forwarded(false, 0, false, mode, true, true, true));
    }

    private static Snapshot inbound(int port, Forwarded forwarded) {
        var manager = Fixture.manager(Fixture.routes(Fixture.forwardTo("app")), forwarded, false);
        var tls = new DownstreamTls(Svids.mutual(List.of()), true, Duration.ofSeconds(5));
        return with(
                Fixture.snapshot(
                        Fixture.listener(Listener.Inspection.NONE, Fixture.chain(manager, tls)),
                        Fixture.cluster("app", port)),
                "app");
    }

    /** A client's proxy that lets through what its client says. */
    private static Snapshot outbound(int port) {
        Cluster peer = Fixture.cluster(
                "peer",
                Cluster.Protocol.HTTP1,
                new UpstreamTls(Svids.mutual(List.of()), "", false, false),
                Fixture.cluster("peer", port).endpoints().getFirst().endpoints());
        var manager = Fixture.manager(
                Fixture.routes(Fixture.forwardTo("peer")),
                new Forwarded(false, 0, false, ClientCert.ALWAYS_FORWARD_ONLY, false, false, false),
                false);
        return with(Fixture.http(manager, peer), "web");
    }

    @ParameterizedTest
    @CsvSource({
        "SANITIZE,            none",
        "SANITIZE_SET,        ours",
        "APPEND_FORWARD,      theirs and ours",
        "FORWARD_ONLY,        theirs",
        "ALWAYS_FORWARD_ONLY, theirs",
    })
    void the_certificate_of_the_client_is_told_once_and_what_it_claims_is_not_believed(ClientCert mode, String expected)
            throws Exception {
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy there = new RunningProxy(inbound(app.port(), mode));
                RunningProxy here = new RunningProxy(outbound(there.port()));
                Client client = here.connect()) {
            for (int i = 0; i < 2; i++) {
                client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Client-Cert: URI=spiffe://evil\r\n\r\n")
                        .answer();
                List<String> lines = lines(app.seen().getLast(), "x-forwarded-client-cert");
                switch (expected) {
                    case "none" -> assertThat(lines).isEmpty();
                    case "theirs" -> assertThat(lines).containsExactly("URI=spiffe://evil");
                    default -> {
                        assertThat(lines).hasSize(1);
                        String theirs = expected.startsWith("theirs") ? "URI=spiffe://evil," : "";
                        assertThat(lines.getFirst())
                                .startsWith(theirs + "By=" + APP + ";Hash=")
                                .contains(";URI=" + WEB)
                                .containsOnlyOnce(WEB);
                        assertThat(lines.getFirst().contains("evil")).isEqualTo(!theirs.isEmpty());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SANITIZE, false",
        "SANITIZE_SET, false",
        "APPEND_FORWARD, false",
        "FORWARD_ONLY, false",
        "ALWAYS_FORWARD_ONLY, true"
    })
    void without_a_certificate_nobody_is_believed_unless_always(ClientCert mode, boolean passes) throws Exception {
        Forwarded forwarded = new Forwarded(false, 0, false, mode, true, true, true);
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy proxy = new RunningProxy(plain(app.port(), forwarded));
                Client client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-Client-Cert: URI=" + WEB + "\r\n\r\n")
                    .answer();
            assertThat(lines(app.seen().getFirst(), "x-forwarded-client-cert")).hasSize(passes ? 1 : 0);
        }
    }

    @Test
    void the_whole_certificate_is_told_where_it_is_asked_for_in_a_form_that_no_reader_cuts() throws Exception {
        var forwarded =
                new Forwarded(false, 0, false, ClientCert.SANITIZE_SET, true, false, false, true, true, List.of());
        try (Endpoint app = Endpoint.saying("ok");
                RunningProxy there = new RunningProxy(inbound(app.port(), forwarded));
                RunningProxy here = new RunningProxy(outbound(there.port()));
                Client client = here.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").answer();
            String told =
                    lines(app.seen().getFirst(), "x-forwarded-client-cert").getFirst();
            var whole = Pattern.compile("By=.*;Hash=(.*);Cert=\"(.*)\";Chain=\"(.*)\";URI=" + WEB)
                    .matcher(told);
            assertThat(whole.matches()).as(told).isTrue();
            assertThat(whole.group(2)).doesNotContainPattern("[ +/=\"\\n]");
            X509Certificate leaf = Pem.certificates(URLDecoder.decode(whole.group(2), StandardCharsets.US_ASCII))
                    .getFirst();
            assertThat(Fingerprint.of(leaf).hex()).isEqualTo(whole.group(1));
            assertThat(Pem.certificates(URLDecoder.decode(whole.group(3), StandardCharsets.US_ASCII)))
                    .startsWith(leaf);
        }
    }
}
