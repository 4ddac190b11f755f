package io.weft.examples.bench;

import io.weft.examples.bench.Scenario.Protocol;
import io.weft.examples.bench.Settings.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes what a peer is to be told, and gives the command that runs it with one event loop, thread or worker. */
final class Configuration {
    private final Workspace workspace;

    Configuration(Workspace workspace) {
        this.workspace = workspace;
    }

    List<String> command(Peer peer, Program program, Scenario scenario, Place place) {
        String name = peer.option() + "-" + place.listen();
        var command = new ArrayList<>(program.command());
        command.addAll(
                switch (peer) {
                    case DIRECT -> throw new IllegalArgumentException("no proxy has no configuration");
                    // One file, and one command line, for both.
                    case WEFT, ENVOY -> {
                        Path file = workspace.write(name + ".yaml", bootstrap(peer, scenario, place));
                        yield List.of(
                                "-c", file.toString(), "--concurrency", "1", "-l", "error", "--disable-hot-restart");
                    }
                    case HAPROXY -> {
                        Path file = workspace.write(name + ".cfg", haproxy(scenario, place));
                        yield List.of("-db", "-f", file.toString());
                    }
                    case NGINX -> {
                        Path file = workspace.write(name + ".conf", nginx(name, scenario, place));
                        yield List.of("-e", "stderr", "-c", file.toString());
                    }
                });
        return command;
    }

    /** The server behind all proxies, which speaks HTTP/1.1 on one port and HTTP/2 on another. */
    List<String> backend(Path nginx, int http1, int http2) {
        String text = Template.render(
                "nginx-backend.conf",
                Map.of(
                        "user", nginxUser(),
                        "folder", workspace.folder().toString(),
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
                "--address=127.0.0.1",
                "--htdocs=" + workspace.folder().resolve("www"),
                "--echo-upload",
                "--trailer=grpc-status: 0",
                Integer.toString(port));
    }

    String bootstrap(Peer peer, Scenario scenario, Place place) {
        var clusters = new StringBuilder(cluster(peer, "next", endpoint("127.0.0.1", place.next()), scenario, place));
        if (scenario.protocol() == Protocol.TCP) {
            return Template.render(
                    "envoy-tcp.yaml",
                    Map.of(
                            "listen",
                            Integer.toString(place.listen()),
                            "clusters",
                            clusters.toString(),
                            "downstream_tls",
                            downstreamTls(scenario, place)));
        }
        boolean many = scenario.clusters() > 1 && place.securesUpstream();
        var hosts = new StringBuilder();
        for (int i = 1; many && i < scenario.clusters(); i++) {
            String name = "service-" + i;
            clusters.append('\n').append(cluster(peer, name, endpoints(i), scenario, place));
            hosts.append(virtualHost(name, name + ".shop.svc.cluster.local")).append('\n');
        }
        hosts.append(virtualHost("next", "*"));
        return Template.render(
                "envoy-http.yaml",
                Map.of(
                        "listen", Integer.toString(place.listen()),
                        "virtual_hosts", hosts.toString(),
                        "clusters", clusters.toString(),
                        "downstream_tls", downstreamTls(scenario, place)));
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

    private static String endpoints(int service) {
        var all = new ArrayList<String>();
        for (int i = 1; i <= 10; i++) {
            all.add(endpoint("10." + (100 + service / 250) + "." + service % 250 + "." + i, 8080));
        }
        return String.join(", ", all);
    }

    private static String endpoint(String address, int port) {
        return Template.render("envoy-endpoint.yaml", Map.of("address", address, "port", Integer.toString(port)));
    }

    private static String virtualHost(String name, String domain) {
        return Template.render("envoy-virtual-host.yaml", Map.of("name", name, "domain", domain));
    }

    private String tls(String template, Scenario scenario, String sessions) {
        return Template.render(
                template,
                Map.of(
                        "alpn", alpn(scenario),
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
                ? "ssl crt " + certs.resolve("server.pem") + " ca-file " + certs.resolve("roots.crt")
                        + " verify required alpn " + alpn(scenario)
                : "";
        String server = place.securesUpstream()
                ? "ssl verify required sni str(server) verifyhost server ca-file " + certs.resolve("roots.crt")
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
                                Integer.toString(place.listen()),
                                "next",
                                Integer.toString(place.next()),
                                "bind_options",
                                bind,
                                "server_options",
                                server))
                + "\n";
    }

    private String nginx(String name, Scenario scenario, Place place) {
        boolean once = scenario.newConnections() && place.securesUpstream();
        Map<String, String> certs =
                Map.of("certs", workspace.certs().toString(), "reuse", scenario.resumes() ? "on" : "off");
        return Template.render(
                "nginx-proxy.conf",
                Map.ofEntries(
                        Map.entry("user", nginxUser()),
                        Map.entry("folder", workspace.folder().toString()),
                        Map.entry("name", name),
                        Map.entry("listen", Integer.toString(place.listen())),
                        Map.entry("next", Integer.toString(place.next())),
                        Map.entry("listen_options", place.securesDownstream() ? "ssl" : ""),
                        Map.entry("scheme", place.securesUpstream() ? "https" : "http"),
                        Map.entry("connection", once ? "close" : ""),
                        Map.entry("keepalive", once ? "" : "keepalive 64; keepalive_requests 100000000;"),
                        Map.entry(
                                "downstream_tls",
                                place.securesDownstream() ? Template.render("nginx-downstream-tls.conf", certs) : ""),
                        Map.entry(
                                "upstream_tls",
                                place.securesUpstream() ? Template.render("nginx-upstream-tls.conf", certs) : "")));
    }

    private static String alpn(Scenario scenario) {
        return scenario.protocol().http2() ? "h2" : "http/1.1";
    }

    /** As root, nginx gives its workers another user, who may not read our folder. */
    private static String nginxUser() {
        return "root".equals(System.getProperty("user.name")) ? "user root;" : "";
    }
}
