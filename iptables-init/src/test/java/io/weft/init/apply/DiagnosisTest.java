package io.weft.init.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DiagnosisTest {
    private static final String INPUT =
            "*nat\n:ISTIO_OUTPUT - [0:0]\n-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\nCOMMIT\n";

    static Stream<Arguments> words() {
        return Stream.of(
                Arguments.of(
                        "iptables-nft-restore",
                        "Could not fetch rule set generation id: Permission denied (you must be root)",
                        "the capability NET_ADMIN is missing"),
                Arguments.of("nft", "Error: Operation not permitted", "the capability NET_ADMIN is missing"),
                Arguments.of(
                        "iptables-legacy-restore",
                        "iptables-restore: unable to initialize table 'nat'",
                        "table nat is missing: kernel module iptable_nat, or the capability NET_RAW"),
                Arguments.of(
                        "ip6tables-legacy-restore",
                        "ip6tables-restore v1.8.9 (legacy): can't initialize ip6tables table `nat': Table does not exist",
                        "table nat is missing: kernel module ip6table_nat"),
                Arguments.of(
                        "iptables-nft-restore",
                        "line 3: RULE_APPEND failed (No such file or directory): rule in chain ISTIO_OUTPUT",
                        "of table nat; kernel modules that it needs: nft_chain_nat, nft_compat, xt_owner"),
                Arguments.of(
                        "iptables-legacy-restore",
                        "iptables-restore: line 4 failed",
                        "of table nat; kernel modules that it needs: iptable_nat, xt_owner"),
                Arguments.of(
                        "iptables-nft-restore",
                        "Couldn't load match `owner':No such file or directory",
                        "the extension 'owner' of iptables-nft-restore is missing (package iptables)"),
                Arguments.of(
                        "nft",
                        "Unable to initialize Netlink socket: Protocol not supported",
                        "kernel module nf_tables is missing"));
    }

    @ParameterizedTest
    @MethodSource("words")
    void INT_21_a_tools_words_become_what_is_missing(String command, String words, String missing) {
        assertThat(Diagnosis.explain(List.of(command), 1, words, INPUT))
                .startsWith(command + " failed with exit status 1: ")
                .contains(missing)
                .endsWith("[" + words + "]");
    }
}
