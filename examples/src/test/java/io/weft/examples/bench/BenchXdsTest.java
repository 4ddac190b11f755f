package io.weft.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

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

/** That the control plane's bench works; never how its figures are. */
final class BenchXdsTest {
    @TempDir
    private Path folder = Path.of("");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void a_smoke_run_brings_every_change_to_all_proxies_and_leaves_nothing_behind() throws IOException {
        Path json = folder.resolve("xds.json");
        Path markdown = folder.resolve("xds.md");
        Set<Long> before = children();

        int status = run("xds", "--smoke", "--json", json.toString(), "--markdown", markdown.toString());

        assertThat(status).as("output: %s%s", out, err).isZero();
        assertThat(Files.readString(json))
                .contains("10 proxies, 10 services of 10 endpoints")
                .containsPattern("\"change_last\": \\[([0-9.]+, ){9}[0-9.]+]")
                .containsPattern("\"restart_last\": \\[[0-9.]+]");
        assertThat(Files.readString(markdown)).contains("| an endpoint changes: ms until the last proxy has it | p50 ");
        assertThat(children()).isSubsetOf(before);
    }

    @Test
    void more_proxies_than_pods_are_refused() {
        assertThat(run("xds", "--proxies", "19", "--services", "2", "--endpoints", "10"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--proxies 19");
    }

    @Test
    void a_proxy_with_another_endpoint_than_the_mesh_has_is_told_from_a_right_one() throws IOException {
        GeneratedMesh mesh = GeneratedMesh.write(folder, 2, 3);
        Set<String> first = mesh.told().get("outbound|80||service-0.bench.svc.cluster.local");

        GeneratedMesh.Change change = mesh.moveOne();

        assertThat(change.assignment()).isEqualTo("outbound|80||service-0.bench.svc.cluster.local");
        assertThat(change.addresses())
                .hasSize(3)
                .isNotEqualTo(first)
                .isEqualTo(mesh.told().get(change.assignment()));
        assertThat(Files.readString(folder.resolve("service-0.yaml"))).contains("podIP: 10.64.0.0");
    }

    @Test
    void the_99th_percentile_of_a_hundred_is_the_last_but_one() {
        List<Double> samples = java.util.stream.IntStream.rangeClosed(1, 100)
                .mapToObj(Double::valueOf)
                .toList();

        assertThat(XdsReport.percentile(samples, 99)).isEqualTo(99);
        assertThat(XdsReport.percentile(samples, 50)).isEqualTo(50);
        assertThat(XdsReport.percentile(List.of(7.0), 99)).isEqualTo(7);
    }

    private int run(String... args) {
        return BenchMain.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    private static Set<Long> children() {
        return ProcessHandle.current().descendants().map(ProcessHandle::pid).collect(Collectors.toSet());
    }
}
