package io.weft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weft.examples.lab.Leftovers;
import io.weft.examples.lab.Privileged;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the bench works; never how its figures are. */
final class BenchMainTest {
    @TempDir
    private Path folder = Path.of("");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void a_smoke_run_gives_figures_without_errors_and_leaves_nothing_behind() throws IOException {
        needs("wrk");
        needs("nginx");
        needs("h2load");
        needs("nghttpd");
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root) {
            Privileged.require();
        }
        Path json = folder.resolve("bench.json");
        Set<Long> before = children();
        List<String> labs = Leftovers.find();

        int status = run("--smoke", "--json", json.toString());

        assertThat(status).as("output: %s%s", out, err).isZero();
        assertThat(Files.readString(json))
                .contains("\"network\": \"client and server " + (root ? "in two network namespaces" : "on loopback"))
                .contains("\"weft\": {\"requests_per_second\": [")
                .containsPattern("\"cpu_per_10k\": \\[(?!0\\.0])[0-9.]+]")
                .containsPattern("\"open_p99\": \\[[0-9.]+]")
                .containsPattern("\"pss_idle\": \\[(?!0\\.0])[0-9.]+]")
                .containsPattern("\"dirty_loaded\": \\[(?!0\\.0])[0-9.]+]")
                .containsPattern("\"half_p99\": \\[[0-9.]+]")
                .containsPattern("\"grpc\": \\{\"weft\"")
                .containsPattern("\"handshake\": \\{\"weft\"")
                .containsPattern("\"start_ads\": \\{\"weft\": \\{\"first_answer\"")
                .containsPattern("\"clusters_20\": .*\"rss_used\": \\[(?!0\\.0])[0-9.]+]")
                .contains("\"errors\": [0.0, 0.0, 0.0]")
                .contains("\"problems\": []");
        assertThat(out.toString()).contains("Weft", "CPU s per 10,000 requests");
        assertThat(children()).isSubsetOf(before);
        assertThat(Leftovers.find()).isSubsetOf(labs);
    }

    @Test
    void on_loopback_it_needs_no_namespaces_and_says_so() {
        needs("h2load");
        needs("nginx");
        needs("haproxy");

        int status = run(
                "--loopback",
                "--only",
                "h2",
                "--peers",
                "haproxy",
                "--seconds",
                "1",
                "--rounds",
                "1",
                "--warm-up",
                "0");

        assertThat(status).as("output: %s%s", out, err).isZero();
        assertThat(out.toString()).startsWith("client and server on loopback\n").contains("HAProxy");
    }

    @Test
    void an_unknown_peer_or_group_is_named_with_what_is_known() {
        assertThat(run("--peers", "weft,squid")).isEqualTo(2);
        assertThat(err.toString()).contains("'squid'", "haproxy");
        assertThat(run("--only", "udp")).isEqualTo(2);
        assertThat(err.toString()).contains("--only udp", "clusters");
    }

    private int run(String... args) {
        return BenchMain.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private static Set<Long> children() {
        return ProcessHandle.current().descendants().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private static void needs(String program) {
        boolean found = Programs.onPath(program).isPresent();
        if (List.of("true", "1").contains(String.valueOf(System.getenv("CI")))) {
            assertThat(found).as("'%s' on the PATH", program).isTrue();
        }
        assumeTrue(found, program + " is not installed");
    }
}
