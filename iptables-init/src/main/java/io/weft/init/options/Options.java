package io.weft.init.options;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What to capture and how to go about it; checked, so that everything after it may rely on it.
 *
 * @param ports the proxy's own ports
 * @param proxy whose traffic is the proxy's
 * @param inbound which connections to the pod are captured
 * @param outbound which connections from the pod are captured
 * @param interfaces interfaces that are treated in a way of their own
 * @param dropInvalid whether packets that conntrack calls INVALID are dropped
 * @param run what to do in this run
 */
public record Options(
        ProxyPorts ports,
        ProxyOwners proxy,
        Inbound inbound,
        Outbound outbound,
        Interfaces interfaces,
        boolean dropInvalid,
        Run run) {

    /** Where REDIRECT leads to ({@code outbound}, {@code inbound}), and the port of HBONE, which is left alone. */
    public record ProxyPorts(int outbound, int inbound, int tunnel) {}

    /** A process is the proxy when its uid or its gid is listed. */
    public record ProxyOwners(List<Long> uids, List<Long> gids) {
        public ProxyOwners {
            uids = List.copyOf(uids);
            gids = List.copyOf(gids);
        }
    }

    /** Inbound ports; exclusion wins over inclusion. */
    public record Inbound(Selection<PortRange> ports, List<PortRange> excludedPorts) {
        public Inbound {
            excludedPorts = List.copyOf(excludedPorts);
        }
    }

    /**
     * Outbound destinations. Exclusion wins over inclusion; a port of {@code ports} is captured for every destination.
     *
     * @param loopback what counts as localhost in IPv4, where a whole /8 is on lo
     */
    public record Outbound(
            Selection<Cidr> ranges,
            List<Cidr> excludedRanges,
            List<PortRange> ports,
            List<PortRange> excludedPorts,
            Owners users,
            Owners groups,
            Cidr loopback) {
        public Outbound {
            excludedRanges = List.copyOf(excludedRanges);
            ports = List.copyOf(ports);
            excludedPorts = List.copyOf(excludedPorts);
        }
    }

    /** Whose outbound traffic is captured, by uid or by gid. */
    public record Owners(Selection<Long> included, List<Long> excluded) {
        public Owners {
            excluded = List.copyOf(excluded);
        }
    }

    /** Interfaces left alone, and interfaces whose incoming traffic is treated as outbound; a trailing + is a prefix. */
    public record Interfaces(List<String> excluded, List<String> virtual) {
        public Interfaces {
            excluded = List.copyOf(excluded);
            virtual = List.copyOf(virtual);
        }
    }

    /** Which tool writes the rules. */
    public enum BackendChoice {
        AUTOMATIC,
        IPTABLES_NFT,
        IPTABLES_LEGACY,
        NATIVE_NFT
    }

    /** A choice of behaviour that is on or off. */
    public enum Switch {
        DRY_RUN,
        CLEANUP_ONLY,
        RECONCILE,
        FORCE_APPLY,
        SKIP_RULE_APPLY,
        RUN_VALIDATION,
        REQUIRE_IPV6
    }

    /** What this run does, and with which tool. */
    public record Run(Set<Switch> switches, BackendChoice backend, int probePort, Duration probeTimeout) {
        public Run {
            switches = Set.copyOf(switches);
        }

        public boolean is(Switch choice) {
            return switches.contains(choice);
        }
    }
}
