package io.weft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.examples.bench.Place.Role;
import io.weft.examples.bench.Settings.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConfigurationTest {
    private static final Program PROGRAM = new Program(List.of("program"), "1");
    private static final Place SERVER_SIDE = new Place(Role.SERVER_SIDE, at(20_001), at(20_000));
    private static final Place CLIENT_SIDE = new Place(Role.CLIENT_SIDE, at(20_002), at(20_001));

    @Test
    void weft_and_envoy_are_told_the_same() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var configuration = new Configuration(workspace, new Ground.Loopback());
            for (Scenario scenario : EnumSet.complementOf(EnumSet.of(Scenario.HANDSHAKE, Scenario.HANDSHAKE_HYBRID))) {
                assertThat(file(configuration, Peer.WEFT, scenario, CLIENT_SIDE))
                        .isEqualTo(file(configuration, Peer.ENVOY, scenario, CLIENT_SIDE));
            }
        }
    }

    @Test
    void every_peer_demands_a_certificate_on_the_servers_side_and_shows_one_on_the_clients() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var configuration = new Configuration(workspace, new Ground.Loopback());
            assertThat(file(configuration, Peer.WEFT, Scenario.CHAIN, SERVER_SIDE))
                    .contains("require_client_certificate: true", "spiffe://cluster.local/ns/default/sa/client");
            assertThat(file(configuration, Peer.WEFT, Scenario.CHAIN, CLIENT_SIDE))
                    .contains("client.key", "spiffe://cluster.local/ns/default/sa/server");
            assertThat(file(configuration, Peer.HAPROXY, Scenario.CHAIN, SERVER_SIDE))
                    .contains("verify required");
            assertThat(file(configuration, Peer.HAPROXY, Scenario.CHAIN, CLIENT_SIDE))
                    .contains("verify required", "client.pem");
            assertThat(file(configuration, Peer.NGINX, Scenario.CHAIN, SERVER_SIDE))
                    .contains("ssl_verify_client on");
            assertThat(file(configuration, Peer.NGINX, Scenario.CHAIN, CLIENT_SIDE))
                    .contains("proxy_ssl_verify on", "client.key");
        }
    }

    @Test
    void all_speak_the_same_tls_whatever_they_would_choose_by_themselves() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var configuration = new Configuration(workspace, new Ground.Loopback());
            for (Place place : List.of(CLIENT_SIDE, SERVER_SIDE)) {
                assertThat(file(configuration, Peer.ENVOY, Scenario.CHAIN, place))
                        .contains("tls_minimum_protocol_version: TLSv1_3", "tls_maximum_protocol_version: TLSv1_3")
                        .contains("ecdh_curves: [\"X25519\"]");
                assertThat(file(configuration, Peer.ENVOY, Scenario.HANDSHAKE_HYBRID, place))
                        .contains("ecdh_curves: [\"X25519MLKEM768\"]");
                assertThat(file(configuration, Peer.HAPROXY, Scenario.CHAIN, place))
                        .contains("ssl-min-ver TLSv1.3 ciphersuites TLS_AES_128_GCM_SHA256");
                assertThat(file(configuration, Peer.NGINX, Scenario.CHAIN, place))
                        .contains("ssl_protocols TLSv1.3;", "ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;");
            }
        }
    }

    @Test
    void envoy_is_told_to_resume_no_session_where_full_handshakes_are_compared() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var configuration = new Configuration(workspace, new Ground.Loopback());
            for (Scenario scenario : List.of(Scenario.HANDSHAKE, Scenario.HANDSHAKE_HYBRID)) {
                String weft = file(configuration, Peer.WEFT, scenario, CLIENT_SIDE);

                assertThat(weft).contains("max_requests_per_connection: 1").doesNotContain("max_session_keys");
                assertThat(file(configuration, Peer.ENVOY, scenario, CLIENT_SIDE)
                                .replace("max_session_keys: 0,", ""))
                        .isEqualTo(weft);
            }
            assertThat(file(configuration, Peer.HAPROXY, Scenario.HANDSHAKE, CLIENT_SIDE))
                    .contains("no-ssl-reuse", "http-reuse never");
            assertThat(file(configuration, Peer.NGINX, Scenario.HANDSHAKE, CLIENT_SIDE))
                    .contains("proxy_ssl_session_reuse off", "Connection \"close\"");
        }
    }

    @Test
    void a_thousand_clusters_are_a_thousand_clusters_of_ten_endpoints() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            String bootstrap = new Configuration(workspace, new Ground.Loopback())
                    .bootstrap(Peer.WEFT, Scenario.CLUSTERS_1000, CLIENT_SIDE);
            assertThat(bootstrap.split("cluster_name: ", -1)).hasSize(1_001);
            assertThat(bootstrap.split("socket_address", -1)).hasSize(1 + 1 + 1_000 * 10);
            assertThat(java.util.Arrays.stream(bootstrap.split("address: 127[.]1"))
                            .skip(1)
                            .map(rest -> rest.substring(0, rest.indexOf(','))))
                    .as("each endpoint has an address of its own")
                    .doesNotHaveDuplicates();
            assertThat(Configuration.hosts(Scenario.CLUSTERS_1000))
                    .hasSize(1_000)
                    .filteredOn(host -> bootstrap.contains("[\"" + host + "\"]"))
                    .as("hosts of their own but for that of all others")
                    .hasSize(999);
        }
    }

    @Test
    void what_is_told_over_ads_is_what_the_file_says() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var script = new AdsScript(CLIENT_SIDE, workspace.certs());
            String told = java.util.stream.Stream.of(
                            "config.listener.v3.Listener",
                            "config.route.v3.RouteConfiguration",
                            "config.cluster.v3.Cluster",
                            "config.endpoint.v3.ClusterLoadAssignment",
                            "extensions.transport_sockets.tls.v3.Secret")
                    .flatMap(type -> script.of("type.googleapis.com/envoy." + type).values().stream())
                    .map(resource -> resource.getResource().getValue().toStringUtf8())
                    .collect(java.util.stream.Collectors.joining());

            assertThat(told)
                    .contains(Workspace.SERVER.toString(), "default", "ROOTCA")
                    .contains(Workspace.read(workspace.certs().resolve("client.key")))
                    .contains(Workspace.read(workspace.certs().resolve("roots.crt")));
            assertThat(script.of("type.googleapis.com/envoy.service.runtime.v3.Runtime"))
                    .isEmpty();
        }
    }

    @Test
    void weft_and_envoy_have_the_same_file_when_they_are_told_over_ads() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var configuration = new Configuration(workspace, new Ground.Loopback());
            var place = new Place(Role.CLIENT_SIDE, at(20_002), at(20_001), at(20_004));
            assertThat(Files.readString(file(configuration.toldOverAds(Peer.WEFT, PROGRAM, place, at(20_003)))))
                    .isEqualTo(
                            Files.readString(file(configuration.toldOverAds(Peer.ENVOY, PROGRAM, place, at(20_003)))))
                    .contains("port_value: 20003")
                    .as("where it says that it is ready")
                    .contains("admin: {address: {socket_address: {address: 127.0.0.1, port_value: 20004}}}");
        }
    }

    @Test
    void those_who_say_when_they_are_ready_are_given_a_page_to_say_it_on() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var configuration = new Configuration(workspace, new Ground.Loopback());
            var asked = new Place(Role.CLIENT_SIDE, at(20_002), at(20_001), at(20_004));
            String file = file(configuration, Peer.WEFT, Scenario.START, asked);
            assertThat(file)
                    .isEqualTo(file(configuration, Peer.ENVOY, Scenario.START, asked))
                    .contains("admin:", "port_value: 20004");
            assertThat(file(configuration, Peer.WEFT, Scenario.CHAIN, CLIENT_SIDE))
                    .doesNotContain("admin:");
        }
    }

    private static Address at(int port) {
        return new Address(Ground.LOCAL, port);
    }

    /** The configuration that the command names, by whatever option. */
    private static String file(Configuration configuration, Peer peer, Scenario scenario, Place place)
            throws IOException {
        return Files.readString(file(configuration.command(peer, PROGRAM, scenario, place)));
    }

    private static Path file(List<String> command) {
        return command.stream()
                .filter(word -> word.startsWith("/"))
                .map(Path::of)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no file in " + command));
    }
}
