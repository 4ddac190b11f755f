package io.weft.init.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.init.apply.Installer.InstallException;
import io.weft.init.options.Accounts;
import io.weft.init.options.Flag;
import io.weft.init.options.Options;
import io.weft.init.options.OptionsReader;
import io.weft.init.plan.Planner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which back end is taken and what is told when something is missing, with scripts in place of the tools. */
class InstallerTest {
    private static final String LOOPBACK = "00000000000000000000000000000001 01 80 10 80       lo\n";
    private static final String LINK_LOCAL = "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n";

    @TempDir
    Path folder;

    private Path tools;
    private Path procNet;
    private final List<String> report = new ArrayList<>();

    @BeforeEach
    void makeFolders() throws IOException {
        tools = Files.createDirectory(folder.resolve("tools"));
        procNet = Files.createDirectory(folder.resolve("net"));
        Files.writeString(procNet.resolve("if_inet6"), LOOPBACK);
    }

    private void tool(String name, String body) throws IOException {
        Path script = tools.resolve(name);
        Files.writeString(script, "#!/bin/sh\necho \"" + name + " $*\" >> " + calls() + "\n" + body + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path calls() {
        return folder.resolve("calls");
    }

    private void workingIptables(String family, String flavour) throws IOException {
        tool(family + "tables-" + flavour + "-save", "true");
        tool(family + "tables-" + flavour + "-restore", "cat > /dev/null");
    }

    private Installer installer() {
        return new Installer(Applier.knowing(List.of(tools)), procNet, report::add);
    }

    private void install(Map<Flag, String> flags) throws InstallException {
        Options options = OptionsReader.read(flags, Map.of(), Accounts.SYSTEM);
        installer().install(Planner.plan(options), options);
    }

    @Test
    void P11_nothing_installed_names_the_commands_and_packages() {
        assertThatThrownBy(() -> install(Map.of()))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("command iptables-restore is missing (package iptables)")
                .hasMessageContaining("command nft is missing (package nftables)");
        assertThatThrownBy(() -> install(Map.of(Flag.NATIVE_NFTABLES, "true")))
                .hasMessageContaining("command nft is missing (package nftables)");
        assertThatThrownBy(() -> install(Map.of(Flag.FORCE_IPTABLES_BINARY, "legacy")))
                .hasMessageContaining("command iptables-legacy-save is missing (package iptables)");
    }

    @Test
    void INT_04_a_missing_ip6tables_is_told_where_there_is_no_ipv6_address_to_leak_from() throws Exception {
        workingIptables("ip", "nft");
        install(Map.of());
        assertThat(report)
                .anyMatch(line -> line.contains("for [IPV4]"))
                .anyMatch(line -> line.startsWith("IPv6 is not captured")
                        && line.contains("command ip6tables-nft-save is missing"));
    }

    @Test
    void INT_04_a_missing_ip6tables_fails_where_any_ipv6_address_could_leak() throws Exception {
        workingIptables("ip", "nft");
        Files.writeString(procNet.resolve("if_inet6"), LOOPBACK + LINK_LOCAL);
        assertThatThrownBy(() -> install(Map.of()))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("command ip6tables-nft-save is missing")
                .hasMessageContaining("fe80::fc:ff:fe00:1");
        assertThat(calls()).content().doesNotContain("-restore");
    }

    @Test
    void a_missing_ip_command_is_named_and_no_second_back_end_is_tried_for_it() throws Exception {
        workingIptables("ip", "nft");
        workingIptables("ip6", "nft");
        workingIptables("ip", "legacy");
        Files.writeString(procNet.resolve("if_inet6"), LOOPBACK + LINK_LOCAL);
        assertThatThrownBy(() -> install(Map.of()))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("command ip is missing (package iproute2)");
        assertThat(calls()).content().doesNotContain("legacy-restore");
    }

    @Test
    void INT_04_dual_stack_fails_where_the_kernel_has_no_ipv6_and_without_it_that_is_told() throws Exception {
        workingIptables("ip", "nft");
        Files.delete(procNet.resolve("if_inet6"));
        assertThatThrownBy(() -> install(Map.of(Flag.DUAL_STACK, "true")))
                .hasMessage("--dual-stack: the kernel has no IPv6");
        install(Map.of());
        assertThat(report).contains("The kernel has no IPv6: IPv4 only.");
    }

    @Test
    void INT_03_the_next_back_end_is_tried_when_one_is_refused_by_the_kernel() throws Exception {
        workingIptables("ip", "nft");
        workingIptables("ip6", "nft");
        workingIptables("ip", "legacy");
        workingIptables("ip6", "legacy");
        tool("iptables-nft-save", "echo 'Could not fetch rule set generation id: Invalid argument' >&2; exit 1");
        install(Map.of());
        assertThat(report).anyMatch(line -> line.startsWith("The rules are in place, by iptables-legacy"));
    }

    @Test
    void INT_21_all_refusals_are_told_each_with_what_is_missing() throws Exception {
        workingIptables("ip", "nft");
        tool("iptables-nft-save", "echo 'Could not fetch rule set generation id: Invalid argument' >&2; exit 1");
        workingIptables("ip", "legacy");
        tool(
                "iptables-legacy-restore",
                "echo \"iptables-restore v1.8.9 (legacy): can't initialize iptables table \\`nat': Table does not exist\" >&2;"
                        + " exit 3");
        assertThatThrownBy(() -> install(Map.of()))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("iptables-nft: ")
                .hasMessageContaining("kernel module nf_tables is missing")
                .hasMessageContaining("iptables-legacy: ")
                .hasMessageContaining("table nat is missing: kernel module iptable_nat");
    }

    @Test
    void INT_03_legacy_is_taken_first_where_it_has_rules_already() throws Exception {
        workingIptables("ip", "nft");
        workingIptables("ip6", "nft");
        workingIptables("ip", "legacy");
        workingIptables("ip6", "legacy");
        Files.writeString(procNet.resolve("ip_tables_names"), "nat\n");
        tool("iptables-legacy-save", "printf '*nat\\n:PREROUTING ACCEPT [0:0]\\n-A PREROUTING -j ACCEPT\\nCOMMIT\\n'");
        install(Map.of());
        assertThat(report).anyMatch(line -> line.startsWith("The rules are in place, by iptables-legacy"));
    }

    @Test
    void INT_18_the_lock_is_waited_for() throws Exception {
        workingIptables("ip", "legacy");
        workingIptables("ip6", "legacy");
        install(Map.of());
        assertThat(calls()).content().contains("iptables-legacy-restore --noflush -w 30");
    }

    @Test
    void R22_drift_is_named_and_nothing_is_changed_when_it_may_not_be_repaired() throws Exception {
        workingIptables("ip", "nft");
        workingIptables("ip6", "nft");
        tool("iptables-nft-save", "printf '*nat\\n:ISTIO_OUTPUT - [0:0]\\nCOMMIT\\n'");
        assertThatThrownBy(() -> install(Map.of(Flag.RECONCILE, "false")))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("IPV4 chain ISTIO_OUTPUT of table nat has other rules")
                .hasMessageContaining("IPV4 chain ISTIO_REDIRECT of table nat is missing");
        assertThat(calls()).content().doesNotContain("-restore");
    }

    @Test
    void a_failed_cleanup_is_a_failure() throws Exception {
        workingIptables("ip", "nft");
        workingIptables("ip6", "nft");
        tool("iptables-nft-save", "printf '*nat\\n:ISTIO_OUTPUT - [0:0]\\nCOMMIT\\n'");
        tool("iptables-nft-restore", "cat > /dev/null; echo broken >&2; exit 1");
        assertThatThrownBy(() -> installer().remove())
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("broken");
    }
}
