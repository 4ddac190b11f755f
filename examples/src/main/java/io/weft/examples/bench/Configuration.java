package io.weft.examples.bench;

import io.weft.examples.bench.Scenario.Protocol;
import io.weft.examples.bench.Settings.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes what a peer is to be told, and gives the command that runs it with one event loop, thread or worker. */
final class Configuration {
    private static final int ENDPOINTS = 10;

    /** What BoringSSL chooses where the processor has AES; OpenSSL, which prefers longer keys, is told. */
    private static final String SUITE = "TLS_AES_128_GCM_SHA256";

    private final Workspace workspace;
    private final Ground ground;

    Configuration(Workspace workspace, Ground ground) {
        this.workspace = workspace;
        this.ground = ground;
    }

    /** A program's own words, and these. */
    static List<String> words(Program program, List<String> more) {
        var words = new ArrayList<>(program.command());
        words.addAll(more);
        return words;
    }

    List<String> command(Peer peer, Program program, Scenario scenario, Place place) {
        String name = name(peer, place);
        return words(
                program,
                switch (peer) {
                    case DIRECT -> throw new IllegalArgumentException("no proxy has no configuration");
                    case WEFT, ENVOY -> bootstrapped(workspace.write(name + ".yaml", bootstrap(peer, scenario, place)));
                    case HAPROXY -> {
                        Path file = workspace.write(name + ".cfg", haproxy(scenario, place));
                        yield List.of("-db", "-f", file.toString());
                    }
                    case NGINX -> {
                        Path file = workspace.write(name + ".conf", nginx(name, scenario, place));
                        yield List.of("-e", "stderr", "-c", file.toString());
                    }
                });
    }

    /** What the files of a proxy in its place are called. */
    static String name(Peer peer, Place place) {
        return peer.option() + "-" + place.listen().port();
    }

    /** One command line for both that take Envoy's file. */
    private static List<String> bootstrapped(Path file) {
        return List.of("-c", file.toString(), "--concurrency", "1", "-l", "error", "--disable-hot-restart");
    }

    /** The command of one that is to be told everything over ADS; its file only says by whom. */
    List<String> toldOverAds(Peer peer, Program program, Place place, Address guide) {
        String text = Template.render(
                "envoy-ads.yaml",
                Map.of(
                        "admin", admin(place),
                        "endpoint", endpoint(guide),
                        "upstream_protocol", Template.text("envoy-http2.yaml")));
        return words(program, bootstrapped(workspace.write(peer.option() + "-ads.yaml", text)));
    }

    /** The server behind all proxies, which speaks HTTP/1.1 on one port and HTTP/2 on another. */
    List<String> backend(Path nginx, int http1, int http2) {
        String text = Template.render(
                "nginx-backend.conf",
                Map.of(
                        "user", nginxUser(),
                        "folder", workspace.folder().toString(),
                        "address", ground.reachable(),
                        "http1", Integer.toString(http1),
                        "http2", Integer.toString(http2)));
        return List.of(
                nginx.toString(),
                "-e",
                "stderr",
                "-c",
                workspace.write("backend.conf", text).toString());
    }

    /** A server of HTTP/2 that sends a call's body back, with a trailer as gRPC's. */
    List<String> trailersBackend(Path nghttpd, int port) {
        return List.of(
                nghttpd.toString(),
                "--no-tls",
                "--address=" + ground.reachable(),
                "--htdocs=" + workspace.folder().resolve("www"),
                "--echo-upload",
                "--trailer=grpc-status: 0",
                Integer.toString(port));
    }

    String bootstrap(Peer peer, Scenario scenario, Place place) {
        int services = place.securesUpstream() ? scenario.clusters() : 0;
        String next = services == 0 ? endpoint(place.next()) : endpoints(0, place);
        var clusters = new StringBuilder(cluster(peer, "next", next, scenario, place));
        if (scenario.protocol() == Protocol.TCP) {
            return Template.render(
                    "envoy-tcp.yaml",
                    Map.of(
                            "address",
                            place.listen().host(),
                            "listen",
                            Integer.toString(place.listen().port()),
                            "clusters",
                            clusters.toString(),
                            "downstream_tls",
                            downstreamTls(scenario, place)));
        }
        var hosts = new StringBuilder();
        for (int i = 1; i < services; i++) {
            String name = "service-" + i;
            clusters.append('\n').append(cluster(peer, name, endpoints(i, place), scenario, place));
            hosts.append(virtualHost(name, host(i))).append('\n');
        }
        hosts.append(virtualHost("next", "*"));
        return Template.render(
                "envoy-http.yaml",
                Map.of(
                        "admin", admin(place),
                        "address", place.listen().host(),
                        "listen", Integer.toString(place.listen().port()),
                        "virtual_hosts", hosts.toString(),
                        "clusters", clusters.toString(),
                        "downstream_tls", downstreamTls(scenario, place)));
    }

    private static String admin(Place place) {
        Address admin = place.admin();
        return admin == null
                ? ""
                : Template.render(
                        "envoy-admin.yaml", Map.of("address", admin.host(), "port", Integer.toString(admin.port())));
    }

    private String downstreamTls(Scenario scenario, Place place) {
        return place.securesDownstream() ? tls("envoy-downstream-tls.yaml", scenario, "") : "";
    }

    private String cluster(Peer peer, String name, String endpoints, Scenario scenario, Place place) {
        return Template.render(
                "envoy-cluster.yaml",
                Map.of(
                        "name",
                        name,
                        "endpoints",
                        endpoints,
                        "upstream_protocol",
                        scenario.protocol().http2() ? Template.text("envoy-http2.yaml") : "",
                        "requests",
                        scenario.newConnections() && place.securesUpstream() ? "max_requests_per_connection: 1" : "",
                        "upstream_tls",
                        place.securesUpstream()
                                ? tls("envoy-upstream-tls.yaml", scenario, sessions(peer, scenario))
                                : ""));
    }

    /** The one difference between Weft's file and Envoy's: Weft resumes no sessions at all, and refuses the field. */
    private static String sessions(Peer peer, Scenario scenario) {
        return peer == Peer.ENVOY && !scenario.resumes() ? "max_session_keys: 0," : "";
    }

    /** A host whose requests go to each cluster that there is. */
    static List<String> hosts(Scenario scenario) {
        return IntStream.range(0, scenario.clusters())
                .mapToObj(Configuration::host)
                .toList();
    }

    /** What is asked for at the first service is what no other has. */
    private static String host(int service) {
        return "service-" + service + ".shop.svc.cluster.local";
    }

    /** Addresses of the server's proxy, of which each service has ten of its own. */
    private String endpoints(int service, Place place) {
        return IntStream.rangeClosed(1, ENDPOINTS)
                .mapToObj(number -> endpoint(
                        new Address(ground.one(service, number), place.next().port())))
                .collect(Collectors.joining(", "));
    }

    private static String endpoint(Address at) {
        return Template.render(
                "envoy-endpoint.yaml", Map.of("address", at.host(), "port", Integer.toString(at.port())));
    }

    private static String virtualHost(String name, String domain) {
        return Template.render("envoy-virtual-host.yaml", Map.of("name", name, "domain", domain));
    }

    private String tls(String template, Scenario scenario, String sessions) {
        return Template.render(
                template,
                Map.of(
                        "alpn", alpn(scenario),
                        "group", scenario.keyExchange(),
                        "sessions", sessions,
                        "certs", workspace.certs().toString(),
                        "client_id", Workspace.CLIENT.toString(),
                        "server_id", Workspace.SERVER.toString()));
    }

    private String haproxy(Scenario scenario, Place place) {
        boolean http2 = scenario.protocol().http2();
        boolean tcp = scenario.protocol() == Protocol.TCP;
        Path certs = workspace.certs();
        // A plain port tells HTTP/1 and HTTP/2 apart by the first bytes, as Envoy's codec AUTO does.
        String bind = place.securesDownstream()
                ? "ssl ssl-min-ver TLSv1.3 ciphersuites " + SUITE + " curves " + scenario.keyExchange() + " crt "
                        + certs.resolve("server.pem") + " ca-file " + certs.resolve("roots.crt")
                        + " verify required alpn " + alpn(scenario)
                : "";
        String server = place.securesUpstream()
                ? "ssl ssl-min-ver TLSv1.3 ciphersuites " + SUITE
                        + " verify required sni str(server) verifyhost server ca-file "
                        + certs.resolve("roots.crt")
                        + " crt " + certs.resolve("client.pem") + " alpn " + alpn(scenario)
                        + (scenario.resumes() ? "" : " no-ssl-reuse")
                : http2 ? "proto h2" : "";
        return Template.render(
                        "haproxy.cfg",
                        Map.of(
                                "mode",
                                tcp ? "tcp" : "http",
                                "reuse",
                                tcp
                                        ? ""
                                        : scenario.newConnections() && place.securesUpstream()
                                                ? "option http-server-close\n  http-reuse never"
                                                : "http-reuse always",
                                "listen",
                                place.listen().toString(),
                                "next",
                                place.next().toString(),
                                "bind_options",
                                bind,
                                "server_options",
                                server))
                + "\n";
    }

    private String nginx(String name, Scenario scenario, Place place) {
        if (scenario.protocol() == Protocol.TCP) {
            return nginxTcp(name, place);
        }
        boolean once = scenario.newConnections() && place.securesUpstream();
        boolean http2 = scenario.protocol().http2();
        String prefix = http2 ? "grpc" : "proxy";
        Map<String, String> certs = Map.of(
                "certs", workspace.certs().toString(), "reuse", scenario.resumes() ? "on" : "off", "prefix", prefix);
        String tls = place.securesDownstream() ? "ssl" : "";
        return Template.render(
                "nginx-proxy.conf",
                Map.ofEntries(
                        Map.entry("user", nginxUser()),
                        Map.entry("folder", workspace.folder().toString()),
                        Map.entry("name", name),
                        Map.entry("listen", place.listen().toString()),
                        Map.entry("next", place.next().toString()),
                        Map.entry("listen_options", http2 ? tls + " http2" : tls),
                        Map.entry(
                                "pass",
                                Template.render(
                                        http2 ? "nginx-grpc.conf" : "nginx-http.conf",
                                        Map.of(
                                                "scheme",
                                                (http2 ? "grpc" : "http") + (place.securesUpstream() ? "s" : ""),
                                                "connection",
                                                once ? "close" : ""))),
                        Map.entry("keepalive", once ? "" : "keepalive 64; keepalive_requests 100000000;"),
                        Map.entry(
                                "downstream_tls",
                                place.securesDownstream() ? Template.render("nginx-downstream-tls.conf", certs) : ""),
                        Map.entry(
                                "upstream_tls",
                                place.securesUpstream() ? Template.render("nginx-upstream-tls.conf", certs) : "")));
    }

    private String nginxTcp(String name, Place place) {
        Map<String, String> tls = Map.of("certs", workspace.certs().toString(), "reuse", "on", "prefix", "proxy");
        return Template.render(
                "nginx-tcp.conf",
                Map.of(
                        "module",
                        Programs.NGINX_STREAM.toString(),
                        "user",
                        nginxUser(),
                        "folder",
                        workspace.folder().toString(),
                        "name",
                        name,
                        "listen",
                        place.listen() + (place.securesDownstream() ? " ssl" : ""),
                        "next",
                        place.next().toString(),
                        "downstream_tls",
                        place.securesDownstream() ? Template.render("nginx-downstream-tls.conf", tls) : "",
                        "upstream_tls",
                        place.securesUpstream()
                                ? "proxy_ssl on;\n    " + Template.render("nginx-upstream-tls.conf", tls)
                                : ""));
    }

    private static String alpn(Scenario scenario) {
        return scenario.protocol().http2() ? "h2" : "http/1.1";
    }

    /** As root, nginx gives its workers another user, who may not read our folder. */
    private static String nginxUser() {
        return "root".equals(System.getProperty("user.name")) ? "user root;" : "";
    }
}
