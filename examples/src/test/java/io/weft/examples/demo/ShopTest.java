package io.weft.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.examples.lab.Account;
import io.weft.examples.lab.Lab;
import io.weft.examples.lab.LabFiles;
import io.weft.examples.lab.Leftovers;
import io.weft.examples.lab.Outcome;
import io.weft.examples.lab.Pod;
import io.weft.examples.lab.Privileged;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The whole mesh with programs as Debian brings them, and every fact of the demo, in one lab. */
@Tag("privileged")
class ShopTest {
    private static final int HOSTS = 2;
    private static final Duration LONG = Duration.ofSeconds(90);
    private static Lab lab;
    private static Shop shop;

    @BeforeAll
    static void open() {
        Privileged.require("nginx", "redis-server", "redis-cli", "redis-benchmark", "iptables", "nft", "bash");
        lab = Lab.open(HOSTS);
        shop = Shop.open(lab, HOSTS, step -> {});
    }

    @AfterAll
    static void close() {
        if (lab != null) {
            lab.saveLogs(Path.of("target", "lab-logs").toAbsolutePath());
            lab.close();
            assertThat(Leftovers.of(lab.name())).isEmpty();
        }
    }

    @TestFactory
    Stream<DynamicTest> every_fact_of_the_demo_holds() {
        return Facts.all().stream()
                .map(fact -> DynamicTest.dynamicTest(fact.name() + ": " + fact.claim(), () -> {
                    Finding finding = Facts.look(fact, shop);
                    assertThat(finding.holds()).as(finding.seen()).isTrue();
                }));
    }

    @Test
    void redis_benchmark_runs_through_the_mesh_with_many_connections_and_pipelines() {
        for (String pipeline : List.of("1", "16")) {
            Outcome benchmark = shop.pod("storefront")
                    .run(
                            LONG,
                            Account.APPLICATION,
                            List.of(
                                    "redis-benchmark",
                                    "-h",
                                    "cart",
                                    "-n",
                                    "4000",
                                    "-c",
                                    "20",
                                    "-P",
                                    pipeline,
                                    "-t",
                                    "set,get,lpush,lrange_100",
                                    "-q"));
            assertThat(benchmark.status()).as(benchmark.out()).isZero();
            assertThat(benchmark.out())
                    .contains("SET: ", "GET: ", "requests per second")
                    .doesNotContain("Error");
        }
    }

    @Test
    void large_bodies_arrive_whole_over_http_1_and_http_2() throws Exception {
        Path big = lab.folder().resolve("storefront").resolve("big");
        Files.write(big, new byte[5_000_000]);
        for (String replica : List.of("catalog-1", "catalog-2")) {
            Path files = shop.pod(replica).privateFolder("nginx/files", Account.APPLICATION);
            LabFiles.give(Files.copy(big, files.resolve("big")), Account.APPLICATION);
        }
        for (String version : List.of("--http1.0", "--http1.1", "--http2-prior-knowledge")) {
            Outcome call = shop.curl(
                    "storefront",
                    version,
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{http_code} %{size_download}",
                    "http://catalog/files/big");
            assertThat(call.text()).as(version).isEqualTo("200 5000000");
        }
    }

    @Test
    void megabytes_go_to_redis_and_come_back_the_same() throws Exception {
        Pod storefront = shop.pod("storefront");
        Path value = Files.writeString(storefront.folder().resolve("value"), "0123456789".repeat(400_000));
        String round = "redis-cli -h cart -x set big < %1$s && redis-cli -h cart get big | cmp - %1$s".formatted(value);
        Outcome outcome = storefront.run(LONG, Account.APPLICATION, List.of("bash", "-o", "pipefail", "-c", round));
        // redis-cli ends what it prints with a line feed of its own, and that is all the difference.
        assertThat(outcome.text()).startsWith("OK").contains("EOF on " + value);
    }

    @Test
    void an_application_that_calls_its_own_pod_is_not_captured() {
        Outcome call = shop.curl("catalog-1", "http://127.0.0.1:8080/");
        assertThat(call.text()).startsWith("catalog-1");
        assertThat(shop.curl("catalog-1", "http://" + shop.pod("catalog-1").v4() + ":8080/")
                        .text())
                .startsWith("catalog-1");
    }

    @Test
    void sidecars_rehearse_among_themselves_though_all_else_is_redirected() {
        for (var sidecar : shop.sidecars().entrySet()) {
            assertThat(sidecar.getValue().lines("rehearsed"))
                    .as(sidecar.getKey())
                    .singleElement()
                    .asString()
                    .containsPattern("rehearsed [1-9][0-9]* requests in [0-9,]+ ms(; then the time was over)?$");
        }
    }

    @Test
    void sidecars_run_as_their_own_user_without_any_capability() throws Exception {
        for (var sidecar : shop.sidecars().values()) {
            String status = Files.readString(
                    Path.of("/proc", String.valueOf(sidecar.program().pid()), "status"));
            assertThat(status)
                    .containsPattern("Uid:\\s+1337\\s+1337")
                    .containsPattern("CapEff:\\s+0{16}\\s")
                    .containsPattern("NoNewPrivs:\\s+1");
        }
    }
}
