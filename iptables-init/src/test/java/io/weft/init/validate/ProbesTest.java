package io.weft.init.validate;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.init.options.Accounts;
import io.weft.init.options.Cidr;
import io.weft.init.options.Flag;
import io.weft.init.options.OptionsReader;
import io.weft.init.plan.Family;
import io.weft.init.validate.Probes.Local;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbesTest {
    private static final List<Local> POD = List.of(local("127.0.0.1", 8), local("10.5.0.2", 24), local("::1", 128));

    private static Local local(String address, int prefix) {
        return new Local(Cidr.parse(address).address(), prefix);
    }

    private static List<Probe> probes(Map<Flag, String> flags, List<Local> local) {
        return new Probes(OptionsReader.read(flags, Map.of(), Accounts.SYSTEM), local).of(Family.IPV4, 0, 0);
    }

    @Test
    void INT_15_both_directions_are_probed_as_the_proxy_and_as_an_application() {
        List<Probe> probes = probes(Map.of(), POD);
        assertThat(probes).extracting(Probe::name).containsExactly("inbound IPV4", "outbound IPV4");
        assertThat(probes).extracting(Probe::uid).containsExactly(1337L, 0L);
        assertThat(probes).extracting(probe -> probe.listenAt().getPort()).containsExactly(15006, 15001);
        assertThat(probes.getFirst().destinations()).hasToString("[/127.0.0.6:15002]");
        assertThat(probes.getLast().destinations().getLast()).hasToString("/10.5.0.1:15002");
    }

    @Test
    void a_direction_that_is_not_captured_is_not_probed() {
        assertThat(probes(Map.of(Flag.INBOUND_PORTS, ""), POD))
                .extracting(Probe::name)
                .containsExactly("outbound IPV4");
        assertThat(probes(Map.of(Flag.SERVICE_CIDR, ""), POD))
                .extracting(Probe::name)
                .containsExactly("inbound IPV4");
        assertThat(probes(Map.of(), POD.subList(0, 1))).extracting(Probe::name).containsExactly("inbound IPV4");
    }

    @Test
    void the_destination_is_one_that_is_captured() {
        Probe probe = probes(
                        Map.of(
                                Flag.SERVICE_CIDR,
                                "10.9.0.0/16,10.8.0.0/16",
                                Flag.SERVICE_EXCLUDE_CIDR,
                                "10.9.0.0/24",
                                Flag.OUTBOUND_EXCLUDE_PORTS,
                                "15002-15008",
                                Flag.OWNER_USERS_EXCLUDE,
                                "0"),
                        POD)
                .getLast();
        assertThat(probe.destinations().getFirst()).hasToString("/10.8.0.1:15009");
        assertThat(probe.uid()).isEqualTo(65_500);
    }
}
