package io.weft.init.netns;

import static io.weft.init.netns.Pod.APP;
import static io.weft.init.netns.Pod.PEER_SECOND_V4;
import static io.weft.init.netns.Pod.PEER_V4;
import static io.weft.init.netns.Pod.PEER_V6;
import static io.weft.init.netns.Pod.POD_SECOND_V4;
import static io.weft.init.netns.Pod.POD_V4;
import static io.weft.init.netns.Pod.POD_V6;
import static io.weft.init.netns.Pod.PROXY;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Connections of several users through rules in a real kernel; see {@link CaptureTest}. */
@Tag("privileged")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // Made before all tests; still null where the machine cannot.
abstract class CaptureScenarios {
    private final BackendUnderTest backend;
    private Pod pods;
    private Namespace pod;
    private Namespace peer;

    CaptureScenarios(BackendUnderTest backend) {
        this.backend = backend;
    }

    @BeforeAll
    void create() throws IOException {
        Privileged.require();
        pods = Pod.create();
        pod = pods.pod;
        peer = pods.peer;
        backend.requireIn(pod);
        pods.serve();
    }

    @AfterAll
    void close() {
        if (pods != null) {
            pods.close();
        }
    }

    private void init(String... flags) {
        Shell.Result result = pod.init(backend.flags(flags));
        assertThat(result.status()).as(result.out()).isZero();
    }

    @Test
    void INT_01_INT_04_outbound_and_inbound_arrive_at_the_proxy_with_the_true_destination_in_both_families() {
        init();
        assertThat(pod.dial(APP, PEER_V4, 80)).isEqualTo("pod 15001 " + PEER_V4 + " 80");
        assertThat(pod.dial(APP, PEER_V6, 80)).isEqualTo("pod 15001 " + PEER_V6 + " 80");
        assertThat(pod.dial(APP, "192.0.2.7", 4444)).isEqualTo("pod 15001 192.0.2.7 4444");
        assertThat(peer.dial(APP, POD_V4, 8080)).isEqualTo("pod 15006 " + POD_V4 + " 8080");
        assertThat(peer.dial(APP, POD_V6, 8080)).isEqualTo("pod 15006 " + POD_V6 + " 8080");
        // Nobody listens there: the proxy gets it all the same.
        assertThat(peer.dial(APP, POD_V4, 9999)).isEqualTo("pod 15006 " + POD_V4 + " 9999");
    }

    @Test
    void INT_01_the_tunnel_port_and_the_health_port_are_left_alone() {
        init();
        assertThat(peer.dial(APP, POD_V4, 15008)).isEqualTo("pod 15008 -");
        assertThat(peer.dial(APP, POD_V6, 15008)).isEqualTo("pod 15008 -");
        assertThat(peer.dial(APP, POD_V4, 15021)).isEqualTo("pod 15021 -");
    }

    @Test
    void INT_10_what_the_proxy_sends_out_is_never_captured() {
        init();
        assertThat(pod.dial(PROXY, 5, PEER_V4, 80)).isEqualTo("peer 80 -");
        assertThat(pod.dial(PROXY, PEER_V6, 80)).isEqualTo("peer 80 -");
        assertThat(pod.dial(5, PROXY, PEER_V4, 80)).isEqualTo("peer 80 -");
    }

    @Test
    void INT_11_R23_calls_to_self_behave_as_in_istio() {
        init();
        // The application by localhost, and by the pod's address: itself.
        assertThat(pod.dial(APP, "127.0.0.1", 8080)).isEqualTo("pod 8080 -");
        assertThat(pod.dial(APP, "::1", 8080)).isEqualTo("pod 8080 -");
        assertThat(pod.dial(APP, POD_V4, 8080)).isEqualTo("pod 8080 -");
        assertThat(pod.dial(APP, POD_V6, 8080)).isEqualTo("pod 8080 -");
        // By its own service: the proxy dials the pod's address and must come in by the inbound side.
        assertThat(pod.dial(PROXY, POD_V4, 8080)).isEqualTo("pod 15006 " + POD_V4 + " 8080");
        assertThat(pod.dial(PROXY, POD_V6, 8080)).isEqualTo("pod 15006 " + POD_V6 + " 8080");
        // The proxy to localhost means the application; to its own tunnel port it means that port.
        assertThat(pod.dial(PROXY, "127.0.0.1", 8080)).isEqualTo("pod 8080 -");
        assertThat(pod.dial(PROXY, "::1", 8080)).isEqualTo("pod 8080 -");
        assertThat(pod.dial(PROXY, POD_V4, 15008)).isEqualTo("pod 15008 -");
    }

    @Test
    void INT_10_inbound_passthrough_from_its_own_source_address_reaches_the_application() {
        init();
        assertThat(passthrough("127.0.0.6", POD_V4)).isEqualTo("pod 8080 -");
        assertThat(passthrough("::6", POD_V6)).isEqualTo("pod 8080 -");
    }

    private String passthrough(String from, String to) {
        return pod.exec(
                        "setpriv",
                        "--reuid",
                        Integer.toString(PROXY),
                        "--regid",
                        Integer.toString(PROXY),
                        "--clear-groups",
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        pods.classes().toString(),
                        pods.classes().resolve("DialFrom.java").toString(),
                        from,
                        to,
                        "8080")
                .strip();
    }

    @Test
    void INT_05_excluded_ports_and_ranges_of_ports_bypass_the_proxy() {
        init("-d", "8080-8081,15021", "-o", "81,6379:6380");
        assertThat(peer.dial(APP, POD_V4, 8080)).isEqualTo("pod 8080 -");
        assertThat(peer.dial(APP, POD_V6, 8080)).isEqualTo("pod 8080 -");
        assertThat(peer.dial(APP, POD_V4, 80)).startsWith("pod 15006 ");
        assertThat(pod.dial(APP, PEER_V4, 81)).isEqualTo("peer 81 -");
        assertThat(pod.dial(APP, PEER_V6, 6379)).isEqualTo("peer 6379 -");
        assertThat(pod.dial(APP, PEER_V4, 80)).startsWith("pod 15001 ");
    }

    @Test
    void INT_05_only_listed_ports_are_captured() {
        init("-b", "80-81", "-i", "", "-q", "6379");
        assertThat(peer.dial(APP, POD_V4, 81)).startsWith("pod 15006 ");
        assertThat(peer.dial(APP, POD_V4, 8080)).isEqualTo("pod 8080 -");
        assertThat(pod.dial(APP, PEER_V4, 6379)).startsWith("pod 15001 ");
        assertThat(pod.dial(APP, PEER_V4, 80)).isEqualTo("peer 80 -");
    }

    @Test
    void INT_06_ranges_are_included_and_excluded() {
        init("-x", PEER_V4 + "/32,fd77::/64");
        assertThat(pod.dial(APP, PEER_V4, 80)).isEqualTo("peer 80 -");
        assertThat(pod.dial(APP, PEER_V6, 80)).isEqualTo("peer 80 -");
        assertThat(pod.dial(APP, PEER_SECOND_V4, 80)).startsWith("pod 15001 ");
        init("-i", "10.78.0.0/16");
        assertThat(pod.dial(APP, PEER_V4, 80)).isEqualTo("peer 80 -");
        assertThat(pod.dial(APP, PEER_V6, 80)).isEqualTo("peer 80 -");
        assertThat(pod.dial(APP, PEER_SECOND_V4, 80)).startsWith("pod 15001 ");
    }

    @Test
    void INT_07_users_and_groups_are_excluded_and_included() {
        init(
                "--proxy-uid",
                "1337,2102",
                "--outbound-owner-groups-exclude",
                "888",
                "--outbound-owner-users-exclude",
                "1001,1002");
        assertThat(pod.dial(APP, 888, PEER_V4, 80)).isEqualTo("peer 80 -");
        assertThat(pod.dial(1001, APP, PEER_V6, 80)).isEqualTo("peer 80 -");
        assertThat(pod.dial(1002, APP, PEER_V4, 80)).isEqualTo("peer 80 -");
        assertThat(pod.dial(APP, PEER_V4, 80)).startsWith("pod 15001 ");
        // Both users of the proxy get all of the proxy's rules.
        for (int uid : new int[] {1337, 2102}) {
            assertThat(pod.dial(uid, 5, PEER_V4, 80)).isEqualTo("peer 80 -");
            assertThat(pod.dial(uid, 5, POD_V4, 8080)).startsWith("pod 15006 ");
        }
        init("--outbound-owner-groups", "888,889");
        assertThat(pod.dial(APP, 889, PEER_V4, 80)).startsWith("pod 15001 ");
        assertThat(pod.dial(APP, PEER_V4, 80)).isEqualTo("peer 80 -");
        init("--outbound-owner-users", "1001,1002");
        assertThat(pod.dial(1002, APP, PEER_V6, 80)).startsWith("pod 15001 ");
        assertThat(pod.dial(APP, PEER_V6, 80)).isEqualTo("peer 80 -");
    }

    @Test
    void INT_08_an_excluded_interface_is_untouched_in_both_directions() {
        init("-c", "eth1");
        assertThat(pod.dial(APP, PEER_SECOND_V4, 80)).isEqualTo("peer 80 -");
        assertThat(peer.dial(APP, POD_SECOND_V4, 8080)).isEqualTo("pod 8080 -");
        assertThat(pod.dial(APP, PEER_V4, 80)).startsWith("pod 15001 ");
        assertThat(peer.dial(APP, POD_V4, 8080)).startsWith("pod 15006 ");
    }

    @Test
    void INT_08_what_comes_from_a_virtual_interface_is_outbound() {
        // The peer plays the virtual machine behind eth1: what it sends elsewhere, through the pod, is captured.
        pod.exec("sysctl", "-qw", "net.ipv4.ip_forward=1");
        peer.exec("ip", "route", "replace", "203.0.113.0/24", "via", POD_SECOND_V4);
        init("-k", "eth1", "-x", "203.0.113.128/25");
        assertThat(peer.dial(APP, "203.0.113.5", 80)).isEqualTo("pod 15001 203.0.113.5 80");
        assertThat(peer.dial(APP, "203.0.113.129", 80)).isEqualTo("refused");
    }

    @Test
    void INT_13_the_rule_for_invalid_packets_lets_valid_ones_pass() {
        init("--drop-invalid");
        assertThat(peer.dial(APP, POD_V4, 8080)).startsWith("pod 15006 ");
        assertThat(peer.dial(APP, POD_V6, 8080)).startsWith("pod 15006 ");
    }
}
