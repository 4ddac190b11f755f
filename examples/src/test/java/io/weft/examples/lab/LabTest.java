package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The lab makes what it says, and leaves nothing, however it ends. */
@Tag("privileged")
class LabTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @BeforeAll
    static void require() {
        Privileged.require();
    }

    @Test
    void pods_on_two_hosts_reach_each_other_through_the_tunnel_in_both_families() {
        try (Lab lab = Lab.open(2)) {
            Pod here = lab.pod(PodSpec.numbered("here", 1, 11));
            Pod near = lab.pod(PodSpec.numbered("near", 1, 12));
            Pod far = lab.pod(PodSpec.numbered("far", 2, 13));
            for (Pod server : List.of(near, far)) {
                Program program = server.start("hello", Account.APPLICATION, hello(server));
                program.awaitLog("ready", SOON);
                for (String address : List.of(server.v4(), "[" + server.v6() + "]")) {
                    Outcome answer =
                            here.run(Account.APPLICATION, "curl", "-sS", "-m", "5", "http://" + address + ":8080/");
                    assertThat(answer.text()).as(address).isEqualTo(server.name());
                }
            }
            // Segments of a full size cross the tunnel too.
            assertThat(here.run(Account.APPLICATION, "curl", "-sS", "-m", "5", "http://" + far.v4() + ":8080/big")
                            .text())
                    .hasSize(1_000_000);
            assertThat(lab.look(1, "ip", "-d", "link", "show", Network.TUNNEL).out())
                    .contains("vxlan id 7");
        }
    }

    private static List<String> hello(Pod pod) {
        return pod.java("examples", "io.weft.examples.apps.HelloServer", List.of("8080", pod.name()));
    }

    @Test
    void programs_of_a_pod_have_an_account_and_no_capability() {
        try (Lab lab = Lab.open(1)) {
            lab.name("catalog", "10.96.0.20");
            Pod pod = lab.pod(PodSpec.numbered("one", 1, 11));
            for (Account account : Account.values()) {
                String status = pod.run(account, "cat", "/proc/self/status").out();
                assertThat(status)
                        .containsPattern("Uid:\\s+" + account.id() + "\\s+" + account.id())
                        .containsPattern("Gid:\\s+" + account.id() + "\\s+" + account.id())
                        .containsPattern("CapEff:\\s+0{16}\\s")
                        .containsPattern("CapBnd:\\s+0{16}\\s")
                        .containsPattern("NoNewPrivs:\\s+1")
                        .containsPattern("Groups:\\s*\\n");
            }
            assertThat(pod.run(Account.APPLICATION, "getent", "ahosts", "catalog")
                            .text())
                    .startsWith("10.96.0.20");
        }
    }

    @Test
    void a_capture_of_the_bridge_holds_what_pods_say_to_each_other() {
        try (Lab lab = Lab.open(1)) {
            Pod client = lab.pod(PodSpec.numbered("client", 1, 11));
            Pod server = lab.pod(PodSpec.numbered("server", 1, 12));
            server.start("hello", Account.APPLICATION, hello(server)).awaitLog("ready", SOON);
            Capture capture = lab.capture(1, "plain", "tcp");
            String url = "http://" + server.v4() + ":8080/?secret-of-the-shop";
            assertThat(client.run(Account.APPLICATION, "curl", "-sS", "-m", "5", url)
                            .text())
                    .isEqualTo("server");
            Capture.Captured captured = capture.stop();
            assertThat(captured.count("secret-of-the-shop")).isEqualTo(1);
            assertThat(captured.count("another-secret")).isZero();
            assertThat(captured.packets()).isPositive();
        }
    }

    @Test
    void closing_removes_namespaces_processes_and_files() {
        Lab lab = Lab.open(2);
        Program program;
        try (lab) {
            Pod pod = lab.pod(PodSpec.numbered("one", 2, 11));
            program = pod.start("sleeper", Account.APPLICATION, List.of("sleep", "1000"));
            assertThat(Leftovers.of(lab.name())).hasSize(5);
            assertThat(Leftovers.find()).doesNotContain(lab.name());
        }
        assertThat(Leftovers.of(lab.name())).isEmpty();
        assertThat(program.alive()).isFalse();
        assertThatThrownBy(() -> lab.pod(PodSpec.numbered("two", 1, 12))).hasMessageContaining("the lab is closed");
    }

    @Test
    void a_signal_removes_all_and_what_a_killed_process_leaves_is_found_and_removed() throws Exception {
        assertThat(leftBehindAfter("TERM")).isEmpty();
        assertThat(leftBehindAfter("INT")).isEmpty();
        List<String> left = leftBehindAfter("KILL");
        assertThat(left).isNotEmpty();
        String lab = Path.of(left.getFirst()).getFileName().toString().substring(0, "weft-lab-0000".length());
        assertThat(Leftovers.find()).contains(lab);
        Leftovers.remove(lab);
        assertThat(Leftovers.of(lab)).isEmpty();
        assertThat(Leftovers.find()).doesNotContain(lab);
    }

    private static List<String> leftBehindAfter(String signal) throws Exception {
        Process process = new ProcessBuilder(
                        // A shell that put this test in the background made all its children ignore the signal.
                        "env",
                        "--default-signal=INT",
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldsLab.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var reader = process.inputReader()) {
            String lab = Objects.requireNonNull(reader.readLine());
            assertThat(Leftovers.of(lab)).isNotEmpty();
            Command.ok("kill", "-" + signal, String.valueOf(process.pid()));
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return Leftovers.of(lab);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Makes a lab with a program in it, says its name, and waits for a signal. */
    static final class HoldsLab {
        private HoldsLab() {}

        public static void main(String[] args) throws Exception {
            Lab lab = Lab.open(1);
            lab.pod(PodSpec.numbered("one", 1, 11)).start("sleeper", Account.APPLICATION, List.of("sleep", "1000"));
            System.out.println(lab.name());
            System.out.flush();
            new java.util.concurrent.CountDownLatch(1).await();
        }
    }

    @Test
    void the_source_tree_is_found() {
        assertThat(Files.isExecutable(Lab.sourceTree().resolve("weft"))).isTrue();
    }
}
