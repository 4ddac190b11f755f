package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control plane is away for longer than certificates live. */
@Tag("privileged")
class OutageTest {
    private static final Duration LIFE = Duration.ofSeconds(40);
    private static final Duration SOON = ServerPair.SOON;
    private static final int SOME = 50;

    @TempDir
    private static Path folder;

    private static ServerPair pair;

    @BeforeAll
    static void open() throws Exception {
        pair = new ServerPair(folder.resolve("mesh"), LIFE);
    }

    @AfterAll
    static void close() {
        if (pair != null) {
            pair.close();
        }
    }

    private static Outcome connect(String... arguments) {
        var all = new java.util.ArrayList<>(List.of(arguments));
        all.add("http://" + ServerPair.HOST + ":" + ServerPair.TCP + "/");
        return pair.curl(pair.pod("caller"), all.toArray(String[]::new));
    }

    @Test
    void all_is_served_until_certificates_end_then_nothing_and_all_again_when_the_control_plane_is_back_T_07_X_12() {
        Traffic connections = pair.connections("outage");
        pair.mesh().controlPlane().kill();
        assertThat(connections.flows(SOME)).isTrue();
        assertThat(pair.sidecars()).as("a certificate is left").allMatch(Sidecar::ready);
        assertThat(connections.stop().errors())
                .as(String.join("\n", connections.errors()))
                .isZero();

        assertThat(Await.that(SOON, () -> pair.sidecars().stream().noneMatch(Sidecar::ready)))
                .as("no certificate is left")
                .isTrue();
        String marker = "marker-of-an-outage";
        Capture capture = pair.lab().capture(1, "outage", "tcp");
        Outcome refused = connect("-H", "x-marker: " + marker);
        assertThat(refused.ok()).as(refused.out()).isFalse();
        assertThat(refused.status()).as("at once").isNotEqualTo(Outcome.TIMED_OUT);
        assertThat(refused.out()).doesNotContain("server-");
        assertThat(capture.stop().count(marker)).as("never in plaintext").isZero();
        for (Sidecar sidecar : pair.sidecars()) {
            assertThat(sidecar.program().alive()).isTrue();
        }

        pair.mesh().startControlPlane();
        assertThat(Await.that(SOON, () -> pair.sidecars().stream().allMatch(Sidecar::ready)))
                .as("by the certificates that ended, without new tokens")
                .isTrue();
        Traffic again = pair.connections("after-the-outage");
        assertThat(again.flows(SOME)).isTrue();
        assertThat(again.stop().errors()).as(String.join("\n", again.errors())).isZero();
    }
}
