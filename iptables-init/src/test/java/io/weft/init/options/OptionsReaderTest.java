package io.weft.init.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.init.options.Options.BackendChoice;
import io.weft.init.options.Options.Switch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsReaderTest {
    @TempDir
    Path folder;

    private Accounts accounts;

    @BeforeEach
    void makeAccounts() throws IOException {
        accounts = new Accounts(folder.resolve("passwd"), folder.resolve("group"));
        Files.writeString(accounts.passwd(), "root:x:0:0:root:/root:/bin/sh\nenvoy:x:4711:4711::/:/bin/false\n");
        Files.writeString(accounts.group(), "root:x:0:\nbackup:x:34:\n");
    }

    private Options read(Map<Flag, String> flags, Map<String, String> environment) {
        return OptionsReader.read(flags, environment, accounts);
    }

    @Test
    void without_anything_all_is_captured_but_the_health_and_metrics_ports() {
        Options options = read(Map.of(), Map.of());
        assertThat(options.inbound().ports()).isInstanceOf(Selection.All.class);
        assertThat(options.inbound().excludedPorts())
                .containsExactly(PortRange.of(15020), PortRange.of(15021), PortRange.of(15090));
        assertThat(options.outbound().ranges()).isInstanceOf(Selection.All.class);
        assertThat(options.proxy().uids()).containsExactly(1337L);
        assertThat(options.proxy().gids()).containsExactly(1337L);
        assertThat(options.run().switches()).containsExactly(Switch.RECONCILE);
        assertThat(options.run().backend()).isEqualTo(BackendChoice.AUTOMATIC);
        assertThat(options.run().probeTimeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void a_flag_wins_over_the_environment() {
        Options options = read(
                Map.of(Flag.INBOUND_CAPTURE_PORT, "16006"),
                Map.of("INBOUND_CAPTURE_PORT", "17006", "INBOUND_TUNNEL_PORT", "17008"));
        assertThat(options.ports().inbound()).isEqualTo(16006);
        assertThat(options.ports().tunnel()).isEqualTo(17008);
    }

    @Test
    void the_outbound_port_is_not_read_from_the_environment_as_kubernetes_sets_that_name_for_a_service() {
        assertThat(read(Map.of(), Map.of("ENVOY_PORT", "tcp://10.0.0.1:80"))
                        .ports()
                        .outbound())
                .isEqualTo(15001);
    }

    @Test
    void an_empty_list_is_none_and_an_empty_value_is_not_given() {
        Options options = read(Map.of(), Map.of("ISTIO_INBOUND_PORTS", "", "PROXY_UID", "", "INVALID_DROP", ""));
        assertThat(options.inbound().ports().isNone()).isTrue();
        assertThat(options.proxy().uids()).containsExactly(1337L);
        assertThat(options.dropInvalid()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"DROP_INVALID,true", "INVALID_DROP,true", "INVALID_DROP,1", "DROP_INVALID,TRUE"})
    void both_of_istios_names_drop_invalid_packets(String name, String value) {
        assertThat(read(Map.of(), Map.of(name, value)).dropInvalid()).isTrue();
    }

    @Test
    void the_proxys_group_is_its_user_unless_given_and_its_user_may_come_by_name() {
        assertThat(read(Map.of(Flag.PROXY_UID, "7,8"), Map.of()).proxy().gids()).containsExactly(7L, 8L);
        assertThat(read(Map.of(Flag.PROXY_UID, "envoy"), Map.of()).proxy().uids())
                .containsExactly(4711L);
        assertThat(read(Map.of(), Map.of("ENVOY_USER", "envoy")).proxy().uids()).containsExactly(4711L);
        assertThat(read(Map.of(), Map.of("ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE", "backup,99"))
                        .outbound()
                        .groups()
                        .excluded())
                .containsExactly(34L, 99L);
    }

    @Test
    void dns_capture_in_the_environment_is_refused_by_that_name_and_false_is_fine() {
        assertThatThrownBy(() -> read(Map.of(), Map.of("ISTIO_META_DNS_CAPTURE", "true")))
                .isInstanceOf(OptionException.class)
                .hasMessageStartingWith("ISTIO_META_DNS_CAPTURE: not supported: ")
                .hasMessageContaining("15053");
        assertThat(read(Map.of(), Map.of("ISTIO_META_DNS_CAPTURE", "false", "CAPTURE_ALL_DNS", "false")))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "-1", "80-", "-80", "80-79", "8 0", "80,,x", "1e3", "80-90-100"})
    void INT_05_a_bad_port_fails_with_the_flags_name_and_the_value(String ports) {
        assertThatThrownBy(() -> read(Map.of(Flag.OUTBOUND_PORTS, ports), Map.of()))
                .isInstanceOf(OptionException.class)
                .hasMessageStartingWith("--istio-outbound-ports: '");
        assertThatThrownBy(() -> read(Map.of(), Map.of("ISTIO_LOCAL_EXCLUDE_PORTS", ports)))
                .isInstanceOf(OptionException.class)
                .hasMessageStartingWith("ISTIO_LOCAL_EXCLUDE_PORTS: '");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0/8", "0x0a000000/8", "::/129", "fe80::1%eth0/64", "a/8", "1.2.3.4/x"})
    void INT_06_a_bad_range_fails_with_the_flags_name_and_the_value(String range) {
        assertThatThrownBy(() -> read(Map.of(Flag.SERVICE_EXCLUDE_CIDR, range), Map.of()))
                .isInstanceOf(OptionException.class)
                .hasMessageStartingWith("--istio-service-exclude-cidr: '" + range + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"eth0\n-A OUTPUT -j ACCEPT", "a b", "\"", "sixteen-letters-", "+", "eth0;", "eth+1"})
    void an_interface_cannot_smuggle_a_rule_in(String name) {
        assertThatThrownBy(() -> read(Map.of(Flag.EXCLUDE_INTERFACES, name), Map.of()))
                .isInstanceOf(OptionException.class)
                .hasMessageStartingWith("--istio-exclude-interfaces: '");
    }

    @ParameterizedTest
    @CsvSource({"5s,5000", "500ms,500", "1m30s,90000", "2m,120000"})
    void a_duration_is_read_as_go_writes_it(String text, long millis) {
        assertThat(read(Map.of(Flag.PROBE_TIMEOUT, text), Map.of()).run().probeTimeout())
                .isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3/8,10.0.0.0/8",
        "10.1.2.3,10.1.2.3/32",
        "fd00:0:0:1::5/64,fd00:0:0:1::/64",
        "::1,::1/128",
        "::/0,::/0",
        "2001:db8:0:1:0:0:0:1,2001:db8:0:1::1/128",
        "1:0:0:2:0:0:0:3,1:0:0:2::3/128",
        "1:0:2:3:4:5:6:7,1:0:2:3:4:5:6:7/128"
    })
    void a_range_is_printed_as_the_kernels_tools_print_it(String text, String printed) {
        assertThat(Cidr.parse(text)).hasToString(printed);
    }
}
