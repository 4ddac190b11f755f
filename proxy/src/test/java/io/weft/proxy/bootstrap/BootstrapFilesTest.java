package io.weft.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.AccessLog;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cidr;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Cluster.Discovery;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChain.NetworkFilter.NetworkRbac;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.HeaderChanges;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.HttpFilter.HttpRbac;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Rbac;
import io.weft.proxy.config.Rbac.Permission;
import io.weft.proxy.config.Rbac.Principal;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.Route.RetryPolicy.On;
import io.weft.proxy.config.RouteSource;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.xds.parse.DataSources;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.UnsupportedFields;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Files as people write them, and the records they become. */
class BootstrapFilesTest {

    @Test
    void a_front_proxy_routes_by_host_path_and_header() {
        Bootstrap bootstrap = load("front-proxy.yaml");
        assertThat(bootstrap.admin()).isEqualTo(new Address.Socket("127.0.0.1", 15000));
        HttpConnectionManager manager = manager(bootstrap.listeners().getFirst());
        assertThat(manager.path())
                .isEqualTo(new HttpConnectionManager.PathRules(
                        true, true, HttpConnectionManager.PathRules.EscapedSlashes.REJECT));
        assertThat(manager.forwarded().useRemoteAddress()).isTrue();
        assertThat(manager.timeouts()).isEqualTo(HttpConnectionManager.Timeouts.DEFAULT);
        assertThat(manager.limits()).isEqualTo(HttpConnectionManager.Limits.DEFAULT);
        assertThat(manager.accessLogs().getFirst().sink()).isEqualTo(new AccessLog.Sink.Stdout());
        assertThat(manager.generateRequestId()).isTrue();

        List<RouteTable.VirtualHost> hosts = table(manager).hosts();
        assertThat(hosts.getFirst().domains()).containsExactly("shop.example.com", "shop.example.com:8080");
        List<Route> routes = hosts.getFirst().routes();
        assertThat(routes.get(0).match().path()).isEqualTo(new Route.Path.Exact("/healthz"));
        assertThat(routes.get(0).action()).isEqualTo(new Route.Respond(200, "ok\n"));
        assertThat(routes.get(1).action()).isEqualTo(new Route.Redirect(308, null, null, null, "/new/", null, false));
        assertThat(routes.get(2).match().headers())
                .containsExactly(new Route.HeaderMatch(
                        "x-version",
                        new Route.HeaderMatch.Condition.Value(new StringMatch.Exact("2", false)),
                        false,
                        false));
        assertThat(routes.get(2).action())
                .isEqualTo(new Route.Forward(
                        new ClusterChoice.Single("api"),
                        Duration.ofSeconds(3),
                        null,
                        new Route.PathRewrite.Prefix("/"),
                        new Route.HostRewrite.Keep(),
                        new Route.RetryPolicy(
                                Set.of(On.CONNECT_FAILURE, On.REFUSED_STREAM, On.SERVER_ERROR),
                                2,
                                Duration.ofMillis(500))));
        assertThat(routes.get(2).request().set())
                .containsExactly(new HeaderChanges.Set("x-mesh", "weft 100%", HeaderChanges.How.OVERWRITE_OR_ADD));
        assertThat(hosts.get(1).routes().getFirst().action())
                .isEqualTo(new Route.Redirect(301, "https", "shop.example.com", null, null, null, true));

        Cluster api = bootstrap.clusters().getFirst();
        assertThat(api.balancing()).isEqualTo(new Cluster.LoadBalancing.LeastRequest(2));
        assertThat(api.connectTimeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(api.endpoints()).isEmpty();
        assertThat(api.discovery()).isInstanceOfSatisfying(Discovery.StrictDns.class, dns -> {
            assertThat(dns.family()).isEqualTo(Cluster.DnsFamily.V4_ONLY);
            assertThat(dns.names().getFirst().endpoints().getFirst().address())
                    .isEqualTo(new Address.Socket("api.internal", 9000));
        });
    }

    @Test
    void tcp_is_told_apart_by_sni_and_source() {
        Bootstrap bootstrap = load("tcp-sni.yaml");
        Listener sni = bootstrap.listeners().getFirst();
        assertThat(sni.inspection()).isEqualTo(new Listener.Inspection(true, false, Duration.ofSeconds(2), true));
        assertThat(sni.chains().getFirst().match().serverNames()).containsExactly("a.example.com", "*.a.example.com");
        assertThat(sni.chains().getFirst().terminal())
                .isEqualTo(
                        new TcpProxy("a", new ClusterChoice.Single("a"), Duration.ZERO, 3, Duration.ZERO, List.of()));
        assertThat(sni.chains().get(1).match().source()).containsExactly(Cidr.parse("10.0.0.0/8"));
        assertThat(sni.chains().get(1).match().transport()).isEqualTo(FilterChainMatch.Transport.TLS);
        assertThat(((TcpProxy) sni.chains().get(1).terminal()).cluster())
                .isEqualTo(new ClusterChoice.Weighted(
                        List.of(new ClusterChoice.Weighted.Share("a", 9), new ClusterChoice.Weighted.Share("b", 1)),
                        10));
        assertThat(Objects.requireNonNull(sni.defaultChain()).name()).isEqualTo("default");
        List<Cluster.Endpoint> a =
                bootstrap.clusters().getFirst().endpoints().getFirst().endpoints();
        assertThat(a.get(0).weight()).isEqualTo(3);
        assertThat(a.get(1).health()).isEqualTo(Cluster.Health.DRAINING);
        assertThat(bootstrap
                        .clusters()
                        .get(1)
                        .endpoints()
                        .getFirst()
                        .endpoints()
                        .getFirst()
                        .address())
                .isEqualTo(new Address.Pipe("/run/b.sock"));
    }

    @Test
    void tls_is_terminated_with_a_client_certificate() {
        Listener secure = load("tls-termination.yaml").listeners().getFirst();
        assertThat(secure.bufferLimit()).isEqualTo(32768);
        DownstreamTls tls = Objects.requireNonNull(secure.chains().getFirst().tls());
        assertThat(tls.requireClientCertificate()).isTrue();
        assertThat(tls.handshakeTimeout()).isEqualTo(Duration.ofSeconds(5));
        TlsParameters parameters = tls.parameters();
        assertThat(parameters.min()).isEqualTo(TlsParameters.Version.TLS_1_3);
        assertThat(parameters.alpn()).containsExactly("h2", "http/1.1");
        assertThat(parameters.certificate()).isInstanceOf(CertificateSource.Inline.class);
        assertThat(parameters.validation().trust()).isInstanceOf(TrustSource.Inline.class);
        assertThat(parameters.validation().names())
                .containsExactly(
                        new NameMatch(NameType.URI, new StringMatch.Prefix("spiffe://cluster.local/ns/shop/", false)));
        HttpConnectionManager manager = manager(secure);
        assertThat(manager.limits()).isEqualTo(new HttpConnectionManager.Limits(96 * 1024, 200, 0));
        assertThat(manager.timeouts().idle()).isEqualTo(Duration.ofMinutes(10));
        assertThat(manager.timeouts().streamIdle()).isZero();
        assertThat(manager.timeouts().requestHeaders()).isEqualTo(Duration.ofSeconds(10));
        assertThat(manager.http2()).isEqualTo(new HttpConnectionManager.Http2Settings(50, 65536, 1024 * 1024));
        assertThat(manager.upgrades()).containsExactly("websocket");
        assertThat(manager.serverHeader()).isEqualTo(HttpConnectionManager.ServerHeader.PASS_THROUGH);
        assertThat(manager.forwarded())
                .isEqualTo(new HttpConnectionManager.Forwarded(
                        false, 0, false, HttpConnectionManager.Forwarded.ClientCert.SANITIZE_SET, true, false, true));
    }

    @Test
    void tls_is_originated_with_files_and_by_auto_sni() {
        List<Cluster> clusters = load("tls-origination.yaml").clusters();
        Cluster bank = clusters.getFirst();
        assertThat(bank.discovery())
                .isInstanceOfSatisfying(
                        Discovery.LogicalDns.class,
                        dns -> assertThat(dns.refresh()).isEqualTo(Duration.ofSeconds(30)));
        UpstreamTls tls = Objects.requireNonNull(bank.tls());
        assertThat(tls.sni()).isEqualTo("bank.example.com");
        assertThat(tls.parameters().certificate()).isInstanceOf(CertificateSource.Inline.class);
        assertThat(tls.parameters().validation().names())
                .extracting(NameMatch::type)
                .containsExactly(NameType.DNS, NameType.IP_ADDRESS);
        Cluster search = clusters.get(1);
        assertThat(search.protocol()).isEqualTo(Cluster.Protocol.ALPN);
        assertThat(search.idleTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(search.maxRequestsPerConnection()).isEqualTo(1000);
        assertThat(Objects.requireNonNull(search.tls()).autoSni()).isTrue();
        assertThat(Objects.requireNonNull(search.tls()).autoSanValidation()).isTrue();
    }

    @Test
    void grpc_is_split_by_weight_behind_matches_of_every_kind() {
        Bootstrap bootstrap = load("weighted-grpc.yaml");
        HttpConnectionManager manager = manager(bootstrap.listeners().getFirst());
        assertThat(manager.codec()).isEqualTo(HttpConnectionManager.Codec.HTTP2);
        assertThat(manager.filters())
                .containsExactly(new HttpRbac(
                        "envoy.filters.http.rbac",
                        new Rbac(
                                Rbac.Action.DENY,
                                new java.util.TreeMap<>(Map.of(
                                        "no-admin",
                                        new Rbac.Policy(
                                                List.of(new Permission.UrlPath(
                                                        new StringMatch.Prefix("/admin", false))),
                                                List.of(new Principal.Any()))))),
                        null));
        RouteTable.VirtualHost host = table(manager).hosts().getFirst();
        Route canary = host.routes().getFirst();
        assertThat(canary.match().share()).isEqualTo(250_000);
        assertThat(canary.match().grpcOnly()).isTrue();
        assertThat(canary.match().query()).containsExactly(new Route.QueryMatch("debug", null));
        assertThat(canary.match().headers())
                .containsExactly(
                        new Route.HeaderMatch("x-user", new Route.HeaderMatch.Condition.Range(1, 100), false, false),
                        new Route.HeaderMatch(
                                "cookie",
                                new Route.HeaderMatch.Condition.Value(new StringMatch.Contains("beta", true)),
                                false,
                                false),
                        new Route.HeaderMatch("x-not", new Route.HeaderMatch.Condition.Present(true), true, false));
        assertThat(canary.action()).isInstanceOfSatisfying(Route.Forward.class, forward -> {
            assertThat(forward.timeout()).isZero();
            assertThat(forward.idleTimeout()).isEqualTo(Duration.ofMinutes(1));
            assertThat(forward.host()).isEqualTo(new Route.HostRewrite.Literal("cart.internal"));
            assertThat(forward.rewrite())
                    .isInstanceOfSatisfying(
                            Route.PathRewrite.Regex.class,
                            regex -> assertThat(regex.substitution()).isEqualTo("/internal.\\1/"));
            assertThat(forward.retry().on())
                    .describedAs("inherited from the virtual host")
                    .containsExactly(On.RESET_BEFORE_REQUEST);
        });
        assertThat(host.routes().get(1).match().path()).isEqualTo(new Route.Path.SeparatedPrefix("/shop.Cart"));

        Cluster v1 = bootstrap.clusters().getFirst();
        assertThat(v1.protocol()).isEqualTo(Cluster.Protocol.HTTP2);
        assertThat(v1.limits()).isEqualTo(new Cluster.Limits(100_000, 200_000, 4_294_967_295L));
        assertThat(v1.endpoints().getFirst().priority()).isEqualTo(1);
        assertThat(v1.endpoints().getFirst().weight()).isEqualTo(10);
        Cluster v2 = bootstrap.clusters().get(1);
        assertThat(v2.protocol()).isEqualTo(Cluster.Protocol.HTTP2);
        assertThat(v2.balancing()).isEqualTo(new Cluster.LoadBalancing.LeastRequest(3));
        assertThat(v2.spread()).isEqualTo(new Cluster.Spread(0, true));
    }

    @Test
    void a_sidecar_is_told_everything_over_one_delta_stream() {
        Bootstrap bootstrap = load("sidecar.yaml");
        assertThat(bootstrap.ads()).isEqualTo(new Bootstrap.Ads("xds-grpc", true));
        assertThat(bootstrap.lds()).isTrue();
        assertThat(bootstrap.cds()).isTrue();
        assertThat(bootstrap.node())
                .isEqualTo(
                        new Bootstrap.Node(
                                "sidecar~10.1.0.7~cart-0.shop~shop.svc.cluster.local",
                                "cart.shop",
                                "r1",
                                "z1",
                                "s1",
                                "{\"NAMESPACE\":\"shop\",\"LABELS\":{\"app\":\"cart\"},\"N\":1.5,\"B\":true,\"L\":[\"a\",null]}"));
    }

    @Test
    void captured_traffic_is_described_as_the_control_plane_tells_it() {
        Bootstrap bootstrap = load("capture.yaml");
        Listener out = bootstrap.listeners().getFirst();
        assertThat(out.originalDestination()).isTrue();
        assertThat(out.additional()).containsExactly(new Address.Socket("::", 15001));
        assertThat(out.direction()).isEqualTo(Listener.Direction.OUTBOUND);
        assertThat(out.chains().getFirst().match().destination())
                .describedAs("H4: an IPv4-mapped block is the IPv4 block")
                .containsExactly(Cidr.parse("10.96.3.4/32"), Cidr.parse("10.96.3.5/32"));
        TcpProxy through = (TcpProxy) Objects.requireNonNull(out.defaultChain()).terminal();
        assertThat(through.accessLogs().getFirst())
                .isEqualTo(new AccessLog(
                        new AccessLog.Sink.Stdout(),
                        new AccessLog.Format.Json(
                                Map.of("start", "%START_TIME%", "flags", "%RESPONSE_FLAGS%"),
                                List.of("start", "flags"))));

        Listener in = bootstrap.listeners().get(1);
        assertThat(in.chains()).extracting(FilterChain::name).containsExactly("0.0.0.0_8080", "0.0.0.0_8080#2");
        TlsParameters parameters =
                Objects.requireNonNull(in.chains().getFirst().tls()).parameters();
        assertThat(parameters.certificate()).isEqualTo(new CertificateSource.Named("default"));
        assertThat(parameters.validation().trust()).isEqualTo(new TrustSource.Named("ROOTCA"));
        assertThat(parameters.validation().names()).hasSize(1);
        assertThat(in.chains().get(1).tls()).isNull();
        NetworkRbac rbac = (NetworkRbac) in.chains().get(1).network().getFirst();
        assertThat(Objects.requireNonNull(rbac.rules()).policies())
                .containsEntry(
                        "ns[shop]-policy[cart]-rule[0]",
                        new Rbac.Policy(
                                List.of(new Permission.AllOf(List.of(
                                        new Permission.AnyOf(List.of(
                                                new Permission.DestinationPort(8080),
                                                new Permission.DestinationPortRange(9000, 9100))),
                                        new Permission.Not(new Permission.DestinationIp(Cidr.parse("10.0.0.0/8")))))),
                                List.of(new Principal.AllOf(List.of(
                                        new Principal.AnyOf(
                                                List.of(new Principal.AuthenticatedName(new StringMatch.Exact(
                                                        "spiffe://cluster.local/ns/shop/sa/web", false)))),
                                        new Principal.Not(
                                                new Principal.DirectRemoteIp(Cidr.parse("192.168.0.0/16"))))))));

        Cluster cart = bootstrap.clusters().getFirst();
        List<Cluster.Endpoint> endpoints = cart.endpoints().getFirst().endpoints();
        assertThat(Objects.requireNonNull(cart.transportTo(endpoints.get(0))).sni())
                .isEqualTo("outbound_.80_._.cart.shop.svc.cluster.local");
        assertThat(cart.transportTo(endpoints.get(1))).isNull();
        assertThat(bootstrap.clusters().get(1).discovery()).isEqualTo(new Discovery.OriginalDestination());
        assertThat(bootstrap.clusters().get(2).bindAddresses()).containsExactly("127.0.0.6", "::6");
    }

    @Test
    void json_with_tabs_and_camel_case_is_a_file_too() {
        Bootstrap bootstrap = load("envoy.json");
        assertThat(bootstrap.node().id()).isEqualTo("json");
        assertThat(bootstrap.listeners().getFirst().name()).isEqualTo("j");
        assertThat(bootstrap.clusters().getFirst().connectTimeout()).isEqualTo(Duration.ofMillis(1500));
    }

    @Test
    void the_quick_start_of_envoy_forwards_a_whole_site() {
        Bootstrap bootstrap = load("quick-start.yaml");
        Cluster site = bootstrap.clusters().getFirst();
        assertThat(site.connectTimeout()).isEqualTo(Cluster.DEFAULT_CONNECT_TIMEOUT);
        assertThat(site.protocol()).isEqualTo(Cluster.Protocol.HTTP1);
        assertThat(Objects.requireNonNull(site.tls()).parameters().validation())
                .isEqualTo(TlsParameters.Validation.NONE);
        assertThat(table(manager(bootstrap.listeners().getFirst())).name()).isEqualTo("local_route");
    }

    @Test
    void fields_that_newer_ones_replaced_still_count() {
        Bootstrap bootstrap = load("older-style.yaml");
        assertThat(bootstrap.admin()).isEqualTo(new Address.Pipe("/run/admin.sock"));
        Listener listener = bootstrap.listeners().getFirst();
        assertThat(listener.name()).isEqualTo("127.0.0.1:8081");
        assertThat(listener.chains().getFirst().match()).isSameAs(FilterChainMatch.ANY);
        HttpConnectionManager manager = manager(listener);
        assertThat(manager.http1()).isEqualTo(new HttpConnectionManager.Http1(true, "old.example.com"));
        assertThat(manager.accessLogs())
                .containsExactly(new AccessLog(
                        new AccessLog.Sink.File("/var/log/access.log"),
                        new AccessLog.Format.Text("%PROTOCOL% %RESPONSE_CODE%\n")));
        RouteTable.VirtualHost host = table(manager).hosts().getFirst();
        assertThat(host.request().set())
                .containsExactly(new HeaderChanges.Set("x-a", "1", HeaderChanges.How.OVERWRITE_OR_ADD));
        assertThat(host.response().remove()).containsExactly("server");
        assertThat(host.routes().getFirst().match().ignoreCase()).isTrue();
        Cluster old = bootstrap.clusters().getFirst();
        assertThat(old.protocol()).isEqualTo(Cluster.Protocol.HTTP2);
        assertThat(old.maxRequestsPerConnection()).isEqualTo(7);
        assertThat(old.idleTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(bootstrap.clusters().get(1).protocol()).isEqualTo(Cluster.Protocol.DOWNSTREAM);
        assertThat(bootstrap.clusters().get(1).balancing()).isEqualTo(new Cluster.LoadBalancing.Random());
    }

    @Test
    void secrets_of_the_file_are_referred_to_by_name() {
        Bootstrap bootstrap = load("static-secrets.yaml");
        assertThat(bootstrap.secrets()).containsOnlyKeys("server_cert", "validation_context");
        assertThat(bootstrap.secrets().toString()).contains("hidden").doesNotContain("BEGIN");
        TlsParameters parameters = Objects.requireNonNull(
                        bootstrap.listeners().getFirst().chains().getFirst().tls())
                .parameters();
        assertThat(parameters.certificate()).isEqualTo(new CertificateSource.Named("server_cert"));
        assertThat(parameters.validation().trust()).isEqualTo(new TrustSource.Named("validation_context"));
        assertThat(parameters.ciphers()).containsExactly("ECDHE-ECDSA-AES128-GCM-SHA256");
        assertThat(parameters.groups()).containsExactly("X25519", "P-256");
    }

    @Test
    void routes_endpoints_and_clusters_may_come_later() {
        Bootstrap bootstrap = load("from-ads.yaml");
        assertThat(bootstrap.ads()).isEqualTo(new Bootstrap.Ads("xds", false));
        assertThat(bootstrap.lds()).isFalse();
        assertThat(bootstrap.cds()).isTrue();
        assertThat(manager(bootstrap.listeners().getFirst()).routes()).isEqualTo(new RouteSource.Named("web-routes"));
        assertThat(bootstrap.clusters().get(1).discovery()).isEqualTo(new Discovery.Eds("eds-service"));
    }

    static Bootstrap load(String file) {
        return BootstrapFile.read(
                Path.of("src/test/resources/bootstrap", file), new Parsers(UnsupportedFields.rejected(), new Host()));
    }

    private static HttpConnectionManager manager(Listener listener) {
        return (HttpConnectionManager) listener.chains().getFirst().terminal();
    }

    private static RouteTable table(HttpConnectionManager manager) {
        return ((RouteSource.Inline) manager.routes()).table();
    }

    /** A host with one certificate and one variable. */
    private record Host() implements DataSources {
        @Override
        public byte[] file(String path) {
            return "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n".getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public @Nullable String environment(String name) {
            return name.equals("BANK_ROOTS") ? "-----BEGIN CERTIFICATE-----\n" : null;
        }
    }
}
