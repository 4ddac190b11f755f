package io.weft.init.netns;

import static io.weft.init.netns.Pod.APP;
import static io.weft.init.netns.Pod.PEER_V4;
import static io.weft.init.netns.Pod.PEER_V6;
import static io.weft.init.netns.Pod.POD_V4;
import static io.weft.init.netns.Pod.PROXY;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs after runs: idempotent, repairing, cleaning up, killed, with little privilege. */
@Tag("privileged")
class LifecycleTest {
    private Pod pods;
    private Namespace pod;
    private Namespace peer;

    @BeforeEach
    void create() throws IOException {
        Privileged.require();
        pods = Pod.create();
        pod = pods.pod;
        peer = pods.peer;
    }

    @AfterEach
    void close() {
        if (pods != null) {
            pods.close();
        }
    }

    private String init(String... flags) {
        return ok(pod.init(flags));
    }

    private static String ok(Shell.Result result) {
        assertThat(result.status()).as(result.out()).isZero();
        return result.out();
    }

    @ParameterizedTest
    @EnumSource
    void INT_14_R22_a_second_run_changes_nothing_and_other_settings_replace_all(BackendUnderTest backend) {
        backend.requireIn(pod);
        init(backend.flags());
        String first = pod.rules();
        String handles = pod.exec("nft", "-a", "-s", "list", "ruleset");
        assertThat(init(backend.flags())).contains("in place already");
        assertThat(pod.rules()).isEqualTo(first);
        assertThat(pod.exec("nft", "-a", "-s", "list", "ruleset")).isEqualTo(handles);
        init(backend.flags("--force-apply"));
        assertThat(pod.rules()).isEqualTo(first);
        init(backend.flags("-p", "16001", "-b", "", "--drop-invalid", "-c", "eth1"));
        assertThat(pod.rules()).isNotEqualTo(first).doesNotContain("15001");
        Shell.Result refused = pod.init(backend.flags("--reconcile=false"));
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.out()).contains("--reconcile=false, and earlier rules differ");
        init(backend.flags());
        assertThat(withoutEmptyTables(pod.rules())).isEqualTo(withoutEmptyTables(first));
    }

    /** A table that held a rule once stays, empty, in some flavours. */
    private static String withoutEmptyTables(String rules) {
        return rules.replaceAll("(?m)^\\*(\\w+)\n(?::[A-Z]+ ACCEPT *\n)*COMMIT\n", "");
    }

    @ParameterizedTest
    @EnumSource(names = {"IPTABLES_NFT", "IPTABLES_LEGACY"})
    void R22_partial_earlier_rules_are_repaired(BackendUnderTest backend) {
        backend.requireIn(pod);
        String tool = backend == BackendUnderTest.IPTABLES_NFT ? "iptables-nft" : "iptables-legacy";
        pod.exec(tool, "-t", "nat", "-S");
        init(backend.flags());
        String good = pod.rules();
        // Jumps doubled, and one without a comment, as another program would have set it.
        pod.exec(tool, "-t", "nat", "-A", "OUTPUT", "-p", "tcp", "-j", "ISTIO_OUTPUT");
        pod.exec(tool, "-t", "nat", "-I", "PREROUTING", "-j", "ISTIO_INBOUND");
        assertThat(init(backend.flags())).contains("Earlier rules differ");
        assertThat(pod.rules()).isEqualTo(good);
        // Chains without jumps.
        ok(pod.tryExec("sh", "-c", tool + "-save | grep -v -- '-A OUTPUT' | " + tool + "-restore"));
        init(backend.flags());
        assertThat(pod.exec(tool, "-t", "nat", "-S", "OUTPUT").lines().filter(line -> line.contains("ISTIO_OUTPUT")))
                .hasSize(1);
        // A rule gone from the middle, and one family gone altogether.
        pod.exec(tool, "-t", "nat", "-D", "ISTIO_OUTPUT", "2");
        pod.exec("ip6" + tool.substring(2), "-t", "nat", "-F");
        init(backend.flags());
        assertThat(pod.rules().replace(" (table made by weft)", ""))
                .isEqualTo(good.replace(" (table made by weft)", ""));
    }

    @ParameterizedTest
    @EnumSource
    void INT_14_a_cleanup_leaves_exactly_what_was_before(BackendUnderTest backend) {
        backend.requireIn(pod);
        String tool = backend == BackendUnderTest.IPTABLES_LEGACY ? "iptables-legacy" : "iptables-nft";
        pod.exec(tool, "-t", "nat", "-N", "DOCKER");
        pod.exec(tool, "-t", "nat", "-A", "PREROUTING", "-m", "addrtype", "--dst-type", "LOCAL", "-j", "DOCKER");
        pod.exec(tool, "-t", "nat", "-A", "POSTROUTING", "-s", "172.17.0.0/16", "-j", "MASQUERADE");
        pod.exec(tool, "-A", "INPUT", "-p", "udp", "--dport", "9", "-j", "DROP");
        pod.exec("nft", "add table inet mine; add chain inet mine one; add rule inet mine one counter drop");
        String before = comparable(backend);
        String addresses = pod.exec("ip", "-br", "addr", "show", "lo");
        init(backend.flags("--drop-invalid"));
        assertThat(pod.rules()).isNotEqualTo(before).contains("DOCKER");
        init("--cleanup-only");
        assertThat(comparable(backend)).isEqualTo(before);
        assertThat(pod.exec("ip", "-br", "addr", "show", "lo")).isEqualTo(addresses);
        assertThat(init("--cleanup-only")).contains("There were no rules of ours");
    }

    /** Legacy iptables cannot unload a table: an empty one stays, which does nothing. */
    private String comparable(BackendUnderTest backend) {
        return backend == BackendUnderTest.IPTABLES_LEGACY ? withoutEmptyTables(pod.rules()) : pod.rules();
    }

    @Test
    void INT_14_a_cleanup_of_a_namespace_that_was_empty_leaves_it_empty() {
        String before = pod.rules();
        init("--drop-invalid");
        init("--cleanup-only");
        assertThat(pod.rules()).isEqualTo(before);
    }

    @Test
    void INT_14_a_dry_run_changes_nothing() {
        String before = pod.rules();
        assertThat(init("--dry-run")).contains("*nat").contains("ISTIO_OUTPUT");
        assertThat(pod.rules()).isEqualTo(before);
    }

    @Test
    void rules_of_another_back_end_are_taken_over() {
        init("--native-nftables");
        init("--force-iptables-binary", "nft");
        String rules = pod.rules();
        assertThat(rules).contains("-j ISTIO_OUTPUT").doesNotContain("table ip weft");
        assertThat(init()).contains("in place already, by iptables-nft");
    }

    @ParameterizedTest
    @EnumSource
    void R22_a_run_killed_at_any_moment_leaves_each_table_whole_and_the_next_run_repairs(BackendUnderTest backend)
            throws Exception {
        backend.requireIn(pod);
        init(backend.flags());
        String wanted = pod.rules();
        init(backend.flags("-p", "16001"));
        String other = pod.rules();
        Set<String> lines = new HashSet<>(wanted.lines().toList());
        lines.addAll(other.lines().toList());
        for (int millis = 150; millis <= 450; millis += 100) {
            Process process = new ProcessBuilder(pod.inside(pod.initCommand(backend.flags())))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.waitFor(millis, TimeUnit.MILLISECONDS);
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            // Whole: nothing that is neither of one setting nor of the other, and nothing missing.
            assertThat(pod.rules().lines())
                    .hasSize((int) wanted.lines().count())
                    .allMatch(lines::contains);
            init(backend.flags());
            assertThat(pod.rules()).isEqualTo(wanted);
            init(backend.flags("-p", "16001"));
        }
    }

    @Test
    void R20_a_connection_after_init_has_ended_is_captured_and_before_it_nothing_is_half_captured() throws Exception {
        pods.serve();
        for (int round = 0; round < 3; round++) {
            init("--cleanup-only");
            Process process = new ProcessBuilder(pod.inside(pod.initCommand()))
                    .redirectErrorStream(true)
                    .start();
            Set<String> during = new HashSet<>();
            while (process.isAlive()) {
                during.add(pod.dial(APP, PEER_V4, 80));
            }
            assertThat(process.exitValue()).isZero();
            assertThat(during).isSubsetOf("peer 80 -", "refused", "pod 15001 " + PEER_V4 + " 80");
            assertThat(pod.dial(APP, PEER_V4, 80)).isEqualTo("pod 15001 " + PEER_V4 + " 80");
            assertThat(pod.dial(APP, PEER_V6, 80)).isEqualTo("pod 15001 " + PEER_V6 + " 80");
        }
    }

    @Test
    void R20_an_application_without_a_proxy_is_refused_and_never_bypasses() throws Exception {
        peer.serve("peer", 80);
        init();
        assertThat(pod.dial(APP, PEER_V4, 80)).isEqualTo("refused");
        assertThat(pod.dial(APP, PEER_V6, 80)).isEqualTo("refused");
        assertThat(peer.dial(APP, POD_V4, 80)).isEqualTo("refused");
    }

    private Shell.Result confined(String user, String capabilities, String... flags) {
        String[] init = pod.initCommand(flags);
        String[] command = new String[init.length + 8];
        String[] prefix = {
            "setpriv",
            "--reuid=" + user,
            "--regid=" + user,
            "--clear-groups",
            "--no-new-privs",
            "--bounding-set=-all" + capabilities,
            "--inh-caps=-all" + capabilities,
            "--ambient-caps=-all" + capabilities
        };
        System.arraycopy(prefix, 0, command, 0, prefix.length);
        System.arraycopy(init, 0, command, prefix.length, init.length);
        return pod.tryExec(command);
    }

    @ParameterizedTest
    @EnumSource(names = {"IPTABLES_NFT", "NATIVE_NFT"})
    void NET_ADMIN_is_all_that_is_needed_as_root_and_as_nobody(BackendUnderTest backend) throws Exception {
        for (String user : new String[] {"0", "65534"}) {
            ok(confined(user, ",+net_admin", backend.flags()));
            String rules = pod.rules();
            ok(confined(user, ",+net_admin", backend.flags()));
            assertThat(pod.rules()).isEqualTo(rules);
            ok(confined(user, ",+net_admin", "--cleanup-only"));
            assertThat(pod.rules()).doesNotContain("ISTIO_").doesNotContain("weft");
        }
        ok(confined("65534", ",+net_admin"));
        pods.serve();
        assertThat(pod.dial(APP, PEER_V4, 80)).startsWith("pod 15001 ");
    }

    @Test
    void a_root_file_system_that_is_read_only_is_enough() {
        String init = String.join(" ", pod.initCommand("--run-validation"));
        ok(pod.tryExec(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount --make-rprivate / && mount -o remount,bind,ro / && ! touch /weft-can-write 2>/dev/null && "
                        + init));
    }

    @Test
    void INT_21_without_NET_ADMIN_it_fails_and_says_which_capability_is_missing() {
        Shell.Result result = confined("65534", "");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).contains("the capability NET_ADMIN is missing");
        Shell.Result legacy = confined("0", ",+net_admin", "--force-iptables-binary=legacy");
        assertThat(legacy.status()).isEqualTo(1);
        assertThat(legacy.out()).contains("NET_RAW");
    }

    @ParameterizedTest
    @EnumSource
    void INT_15_validation_proves_both_directions_and_fails_with_126_when_a_rule_is_gone(BackendUnderTest backend) {
        backend.requireIn(pod);
        assertThat(init(backend.flags("--run-validation")))
                .contains("Validated inbound IPV4")
                .contains("Validated outbound IPV4")
                .contains("Validated inbound IPV6")
                .contains("Validated outbound IPV6");
        // As the proxy's user, without any right, as Istio's validation container runs: what it can do holds.
        assertThat(ok(confined(Integer.toString(PROXY), "", "--skip-rule-apply", "--run-validation")))
                .contains("Validated inbound IPV4")
                .contains("Not validated by a connection, outbound IPV4");
        switch (backend) {
            case IPTABLES_NFT -> pod.exec("iptables-nft", "-t", "nat", "-F", "ISTIO_IN_REDIRECT");
            case IPTABLES_LEGACY -> pod.exec("iptables-legacy", "-t", "nat", "-F", "ISTIO_IN_REDIRECT");
            case NATIVE_NFT -> pod.exec("nft", "flush", "chain", "ip", "weft", "ISTIO_IN_REDIRECT");
        }
        Shell.Result broken = pod.init("--skip-rule-apply", "--run-validation", "--probe-timeout", "600ms");
        assertThat(broken.status()).isEqualTo(126);
        assertThat(broken.out()).contains("Validation of inbound IPV4 failed").contains("Validated outbound IPV4");
    }
}
