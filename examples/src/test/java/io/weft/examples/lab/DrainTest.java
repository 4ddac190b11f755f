package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.examples.apps.LoadReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar that is told to end while it carries traffic. */
@Tag("privileged")
class DrainTest {
    private static final Duration SOON = ServerPair.SOON;
    private static final int DRAIN_SECONDS = 40;
    private static final int SLOW = 8;
    private static final int SOME = 100;

    @TempDir
    private static Path folder;

    private static ServerPair pair;

    @BeforeAll
    static void open() throws Exception {
        pair = new ServerPair(folder.resolve("mesh"), Duration.ofHours(1), "--drain-time-s", "" + DRAIN_SECONDS);
    }

    @AfterAll
    static void close() {
        if (pair != null) {
            pair.close();
        }
    }

    private static List<Program> slowRequests() {
        Pod caller = pair.pod("caller");
        return IntStream.range(0, SLOW)
                .mapToObj(number -> caller.start(
                        "slow-" + number,
                        Account.APPLICATION,
                        List.of("curl", "-sS", "-m", "30", "-w", "%{http_code}", "http://server/slow")))
                .toList();
    }

    private static Outcome direct(String server) {
        return pair.curl(pair.pod("caller"), "http://" + pair.address(server, ServerPair.HTTP) + "/");
    }

    @Test
    void a_sidecar_that_is_told_to_end_finishes_what_it_has_and_takes_nothing_new_LC_03() {
        Traffic requests = pair.requests("drain-requests");
        Traffic connections = pair.connections("drain-connections");
        List<Program> slow = slowRequests();
        assertThat(requests.flows(SOME)).isTrue();
        Sidecar ending = pair.sidecar(ServerPair.SECOND);
        pair.leave(ServerPair.SECOND);
        try {
            assertThat(requests.leaves(ServerPair.SECOND, SOON)).isTrue();
            assertThat(slow).as("still on their way").allMatch(Program::alive);
            ending.program().terminate();
            assertThat(Await.that(SOON, () -> !ending.ready())).isTrue();
            assertThat(direct(ServerPair.SECOND).ok()).as("nothing new").isFalse();
            assertThat(pair.curl(pair.pod(ServerPair.SECOND), "http://server/").ok())
                    .as("what the workload itself begins")
                    .isTrue();
            assertThat(ending.program().alive()).as("it carries on").isTrue();
            assertThat(ending.program().exit(Duration.ofSeconds(DRAIN_SECONDS / 2)))
                    .as("when nothing is left, not when the time is over")
                    .contains(0);
            for (Program one : slow) {
                assertThat(one.exit(SOON)).as(one.log()).contains(0);
                assertThat(one.log()).endsWith("200");
            }
            assertThat(slow).anySatisfy(one -> assertThat(one.log()).startsWith(ServerPair.SECOND));
            assertThat(requests.flows(SOME) && connections.flows(SOME)).isTrue();
            for (Traffic traffic : List.of(requests, connections)) {
                LoadReport report = traffic.stop();
                assertThat(report.errors())
                        .as(String.join("\n", traffic.errors()))
                        .isZero();
                assertThat(report.ok(ServerPair.SECOND)).isPositive();
            }
        } finally {
            pair.come(ServerPair.SECOND);
            restart(ending);
        }
    }

    @Test
    void requests_go_elsewhere_when_a_sidecar_ends_that_the_mesh_still_names_LC_03() {
        Traffic requests = pair.requests("unnoticed-requests");
        assertThat(requests.await(SOON, report -> report.ok(ServerPair.SECOND) > 0))
                .isPresent();
        Sidecar ending = pair.sidecar(ServerPair.SECOND);
        try {
            ending.program().terminate();
            assertThat(ending.program().exit(Duration.ofSeconds(DRAIN_SECONDS / 2)))
                    .contains(0);
            assertThat(requests.flows(2 * SOME)).isTrue();
            LoadReport report = requests.stop();
            assertThat(report.errors()).as(String.join("\n", requests.errors())).isZero();
        } finally {
            restart(ending);
        }
    }

    @Test
    void an_operator_sets_the_log_level_of_the_running_program_and_ends_it_at_once_LC_04_O_13() {
        Sidecar sidecar = pair.sidecar(ServerPair.FIRST);
        assertThat(sidecar.lines("[debug]")).isEmpty();
        sidecar.post("/logging?level=debug");
        assertThat(direct(ServerPair.FIRST).ok()).isFalse(); // STRICT, and this is past the service
        assertThat(sidecar.post("/logging")).contains("tls: debug");
        sidecar.post("/quitquitquit");
        assertThat(sidecar.program().exit(Duration.ofSeconds(10))).contains(0);
        restart(sidecar);
    }

    /** For the next test, whatever became of the one before. */
    private static void restart(Sidecar before) {
        before.program().stop();
        pair.startSidecar(before.pod().name()).awaitReady(SOON);
        assertThat(Await.that(
                        SOON,
                        () -> pair.curl(pair.pod("caller"), "http://server/?n=[1-20]")
                                .text()
                                .contains(before.pod().name())))
                .isTrue();
    }
}
