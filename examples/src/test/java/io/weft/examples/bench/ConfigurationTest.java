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
    private static final Place SERVER_SIDE = new Place(Role.SERVER_SIDE, 20_001, 20_000);
    private static final Place CLIENT_SIDE = new Place(Role.CLIENT_SIDE, 20_002, 20_001);

    @Test
    void weft_and_envoy_are_told_the_same() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var configuration = new Configuration(workspace);
            for (Scenario scenario : EnumSet.complementOf(EnumSet.of(Scenario.HANDSHAKE))) {
                assertThat(file(configuration, Peer.WEFT, scenario, CLIENT_SIDE))
                        .isEqualTo(file(configuration, Peer.ENVOY, scenario, CLIENT_SIDE));
            }
        }
    }

    @Test
    void every_peer_demands_a_certificate_on_the_servers_side_and_shows_one_on_the_clients() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var configuration = new Configuration(workspace);
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
    void envoy_is_told_to_resume_no_session_where_full_handshakes_are_compared() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            var configuration = new Configuration(workspace);
            String weft = file(configuration, Peer.WEFT, Scenario.HANDSHAKE, CLIENT_SIDE);

            assertThat(weft).contains("max_requests_per_connection: 1").doesNotContain("max_session_keys");
            assertThat(file(configuration, Peer.ENVOY, Scenario.HANDSHAKE, CLIENT_SIDE)
                            .replace("max_session_keys: 0,", ""))
                    .isEqualTo(weft);
            assertThat(file(configuration, Peer.HAPROXY, Scenario.HANDSHAKE, CLIENT_SIDE))
                    .contains("no-ssl-reuse", "http-reuse never");
            assertThat(file(configuration, Peer.NGINX, Scenario.HANDSHAKE, CLIENT_SIDE))
                    .contains("proxy_ssl_session_reuse off", "Connection \"close\"");
        }
    }

    @Test
    void a_thousand_clusters_are_a_thousand_clusters_of_ten_endpoints() throws IOException {
        try (Workspace workspace = Workspace.create()) {
            String bootstrap = new Configuration(workspace).bootstrap(Peer.WEFT, Scenario.CLUSTERS, CLIENT_SIDE);
            assertThat(bootstrap.split("cluster_name: ", -1)).hasSize(1_001);
            assertThat(bootstrap.split("socket_address", -1)).hasSize(1 + 1 + 1 + 999 * 10);
        }
    }

    /** The configuration that the command names, by whatever option. */
    private static String file(Configuration configuration, Peer peer, Scenario scenario, Place place)
            throws IOException {
        for (String word : configuration.command(peer, PROGRAM, scenario, place)) {
            if (word.startsWith("/") && Files.isRegularFile(Path.of(word))) {
                return Files.readString(Path.of(word));
            }
        }
        throw new AssertionError("no file in the command of " + peer);
    }
}
