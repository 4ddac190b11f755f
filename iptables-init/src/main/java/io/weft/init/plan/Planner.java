package io.weft.init.plan;

import io.weft.init.options.Cidr;
import io.weft.init.options.Options;
import io.weft.init.options.PortRange;
import io.weft.init.options.Selection;
import io.weft.init.plan.RulePlan.Entry;
import io.weft.init.plan.RulePlan.FamilyPlan;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** From options to rules; pure. The order of the rules is the order of istio-iptables, and each step says why. */
public final class Planner {
    private static final Match TCP = new Match.Tcp();
    private static final String LOOPBACK_INTERFACE = "lo";
    private static final Target RETURN = new Target.Return();
    private static final Target TO_OUTBOUND = new Target.Jump(Chain.ISTIO_REDIRECT);
    private static final Target TO_INBOUND = new Target.Jump(Chain.ISTIO_IN_REDIRECT);

    private final Options options;

    private Planner(Options options) {
        this.options = options;
    }

    public static RulePlan plan(Options options) {
        Planner planner = new Planner(options);
        return new RulePlan(planner.family(Family.IPV4), planner.family(Family.IPV6));
    }

    private FamilyPlan family(Family family) {
        Map<Chain, List<Rule>> chains = new EnumMap<>(Chain.class);
        List<Entry> entries = new ArrayList<>();
        if (options.dropInvalid()) {
            chains.put(
                    Chain.ISTIO_DROP,
                    List.of(new Rule(List.of(new Match.ConntrackInvalid()), new Target.Drop(), "drop-invalid")));
            entries.add(entry(Hook.PREROUTING, Chain.ISTIO_DROP, List.of(), "filter-inbound"));
        }
        chains.put(Chain.ISTIO_REDIRECT, redirect(options.ports().outbound(), "to-proxy-outbound"));
        chains.put(Chain.ISTIO_IN_REDIRECT, redirect(options.ports().inbound(), "to-proxy-inbound"));
        boolean capturesInbound = !options.inbound().ports().isNone()
                || !options.interfaces().virtual().isEmpty();
        if (capturesInbound) {
            chains.put(Chain.ISTIO_INBOUND, inbound(family));
            entries.add(entry(Hook.PREROUTING, Chain.ISTIO_INBOUND, List.of(TCP), "capture-inbound"));
        }
        chains.put(Chain.ISTIO_OUTPUT, output(family));
        entries.add(entry(Hook.OUTPUT, Chain.ISTIO_OUTPUT, List.of(TCP), "capture-outbound"));
        return new FamilyPlan(family, Map.copyOf(chains), List.copyOf(entries));
    }

    private static Entry entry(Hook hook, Chain chain, List<Match> matches, String reason) {
        return new Entry(hook, chain, new Rule(matches, new Target.Jump(chain), reason));
    }

    private static List<Rule> redirect(int port, String reason) {
        return List.of(new Rule(List.of(TCP), new Target.Redirect(port), reason));
    }

    /** What comes in by an interface. */
    private List<Rule> inbound(Family family) {
        List<Rule> rules = new ArrayList<>();
        // First: an excluded interface is left alone whatever else was asked for.
        for (String name : options.interfaces().excluded()) {
            rules.add(new Rule(List.of(new Match.InInterface(name)), RETURN, "excluded-interface"));
        }
        // Above the rules for ports: what comes from a virtual machine is outbound, inbound ports mean nothing to it.
        for (String name : options.interfaces().virtual()) {
            rules.addAll(fromVirtualMachine(family, new Match.InInterface(name)));
        }
        // Above the redirect: on the tunnel port the proxy terminates HBONE itself and must see it as its own.
        rules.add(new Rule(
                List.of(TCP, port(PortRange.of(options.ports().tunnel()))), RETURN, "tunnel-port-is-the-proxys"));
        // Exclusion before inclusion, so that a port in both lists stays reachable without the proxy.
        for (PortRange range : options.inbound().excludedPorts()) {
            rules.add(new Rule(List.of(TCP, port(range)), RETURN, "excluded-inbound-port"));
        }
        switch (options.inbound().ports()) {
            case Selection.All<PortRange> _ -> rules.add(new Rule(List.of(TCP), TO_INBOUND, "inbound-port"));
            case Selection.Listed<PortRange>(List<PortRange> ranges) -> {
                for (PortRange range : ranges) {
                    rules.add(new Rule(List.of(TCP, port(range)), TO_INBOUND, "inbound-port"));
                }
            }
        }
        return List.copyOf(rules);
    }

    /** The outbound rules that need no owner (a packet from outside has none), for one interface. */
    private List<Rule> fromVirtualMachine(Family family, Match.InInterface in) {
        List<Rule> rules = new ArrayList<>();
        for (PortRange range : options.outbound().excludedPorts()) {
            rules.add(new Rule(List.of(in, TCP, port(range)), RETURN, "vm-excluded-outbound-port"));
        }
        for (Cidr range : ranges(family, options.outbound().excludedRanges())) {
            rules.add(new Rule(destination(range, in), RETURN, "vm-excluded-range"));
        }
        for (PortRange range : options.outbound().ports()) {
            rules.add(new Rule(List.of(in, TCP, port(range)), TO_OUTBOUND, "vm-outbound-port"));
        }
        switch (options.outbound().ranges()) {
            case Selection.All<Cidr> _ -> rules.add(new Rule(List.of(in), TO_OUTBOUND, "vm-outbound"));
            case Selection.Listed<Cidr>(List<Cidr> listed) -> {
                for (Cidr range : ranges(family, listed)) {
                    rules.add(new Rule(destination(range, in), TO_OUTBOUND, "vm-outbound-range"));
                }
            }
        }
        // Last: what the machine sends elsewhere must not be taken for traffic to the pod.
        rules.add(new Rule(List.of(in), RETURN, "vm-traffic-is-not-inbound"));
        return rules;
    }

    /** What processes of this namespace send. */
    private List<Rule> output(Family family) {
        List<Rule> rules = new ArrayList<>();
        Match.OutInterface overLoopback = new Match.OutInterface(LOOPBACK_INTERFACE);
        for (String name : options.interfaces().excluded()) {
            rules.add(new Rule(List.of(new Match.OutInterface(name)), RETURN, "excluded-interface"));
        }
        // Above the rules for calls to self, as a call to an excluded port must bypass the proxy there too.
        for (PortRange range : options.outbound().excludedPorts()) {
            rules.add(new Rule(List.of(TCP, port(range)), RETURN, "excluded-outbound-port"));
        }
        // Above the next: the proxy's inbound side dials the application from this address, often at the pod's own
        // address; the rule below would send that back to the inbound side, for ever.
        rules.add(new Rule(
                List.of(new Match.Source(family.passthroughSource()), overLoopback),
                RETURN,
                "inbound-passthrough-to-app"));
        Cidr loopback = loopback(family);
        proxyOwned(
                rules,
                family,
                loopback,
                options.proxy().uids().stream()
                        .map(uid -> new OwnerPair(new Match.OwnerUid(uid, false), new Match.OwnerUid(uid, true)))
                        .toList());
        proxyOwned(
                rules,
                family,
                loopback,
                options.proxy().gids().stream()
                        .map(gid -> new OwnerPair(new Match.OwnerGid(gid, false), new Match.OwnerGid(gid, true)))
                        .toList());
        // Below the proxy's own rules, above the inclusions: whose traffic counts at all.
        captureByOwner(rules);
        // A process that names localhost means this pod; there is nothing to route or to secure.
        rules.add(new Rule(List.of(new Match.Destination(loopback, false)), RETURN, "localhost"));
        for (Cidr range : ranges(family, options.outbound().excludedRanges())) {
            rules.add(new Rule(destination(range), RETURN, "excluded-range"));
        }
        for (PortRange range : options.outbound().ports()) {
            rules.add(new Rule(List.of(TCP, port(range)), TO_OUTBOUND, "outbound-port"));
        }
        switch (options.outbound().ranges()) {
            case Selection.All<Cidr> _ -> rules.add(new Rule(List.of(), TO_OUTBOUND, "outbound"));
            case Selection.Listed<Cidr>(List<Cidr> listed) -> {
                for (Cidr range : ranges(family, listed)) {
                    rules.add(new Rule(destination(range), TO_OUTBOUND, "outbound-range"));
                }
            }
        }
        return List.copyOf(rules);
    }

    /** The same owner, as a condition and as its opposite. */
    private record OwnerPair(Match is, Match isNot) {}

    /** Three steps in an order that must hold; Istio repeats them per uid, which breaks with a second uid. */
    private void proxyOwned(List<Rule> rules, Family family, Cidr loopback, List<OwnerPair> owners) {
        Match.OutInterface overLoopback = new Match.OutInterface(LOOPBACK_INTERFACE);
        Match notLocalhost = new Match.Destination(loopback, true);
        Match notTunnel = new Match.DestinationPort(PortRange.of(options.ports().tunnel()), true);
        // 1. The proxy dials the pod's own address: the application called its own service and the proxy chose this
        //    pod. It goes in by the inbound side, as from any other pod, so that policy applies. To localhost it means
        //    the application itself, and to the tunnel port it already speaks to the inbound side.
        for (OwnerPair owner : owners) {
            rules.add(new Rule(
                    List.of(notLocalhost, overLoopback, TCP, notTunnel, owner.is()), TO_INBOUND, "proxy-to-own-pod"));
        }
        // 2. The application dials its own pod: by localhost or by the pod's address, it gets itself. Below 1, which is
        //    the proxy's; above the inclusions. Left out when a loopback range was asked for by --istio-service-cidr.
        if (!includesLoopback(family)) {
            List<Match> matches = new ArrayList<>();
            matches.add(overLoopback);
            owners.forEach(owner -> matches.add(owner.isNot()));
            rules.add(new Rule(matches, RETURN, "app-to-own-pod"));
        }
        // 3. Everything else of the proxy leaves as it is: no loops. Below 1, which it would hide.
        for (OwnerPair owner : owners) {
            rules.add(new Rule(List.of(owner.is()), RETURN, "proxy-is-not-captured"));
        }
    }

    private void captureByOwner(List<Rule> rules) {
        Options.Outbound outbound = options.outbound();
        for (long uid : outbound.users().excluded()) {
            rules.add(new Rule(List.of(new Match.OwnerUid(uid, false)), RETURN, "excluded-user"));
        }
        if (outbound.users().included() instanceof Selection.Listed<Long>(List<Long> uids)) {
            List<Match> noneOf = uids.stream()
                    .map(uid -> (Match) new Match.OwnerUid(uid, true))
                    .toList();
            rules.add(new Rule(noneOf, RETURN, "not-a-captured-user"));
        }
        for (long gid : outbound.groups().excluded()) {
            rules.add(new Rule(List.of(new Match.OwnerGid(gid, false)), RETURN, "excluded-group"));
        }
        if (outbound.groups().included() instanceof Selection.Listed<Long>(List<Long> gids)) {
            List<Match> noneOf = gids.stream()
                    .map(gid -> (Match) new Match.OwnerGid(gid, true))
                    .toList();
            rules.add(new Rule(noneOf, RETURN, "not-a-captured-group"));
        }
    }

    private boolean includesLoopback(Family family) {
        return options.outbound().ranges() instanceof Selection.Listed<Cidr>(List<Cidr> listed)
                && ranges(family, listed).stream().anyMatch(Cidr::isLoopback);
    }

    private Cidr loopback(Family family) {
        return switch (family) {
            case IPV4 -> options.outbound().loopback();
            case IPV6 -> Cidr.parse("::1/128");
        };
    }

    private static List<Cidr> ranges(Family family, List<Cidr> ranges) {
        return ranges.stream().filter(family::has).toList();
    }

    /** A range of everything is no condition: the kernel has no way to write it down, so it would never read back. */
    private static List<Match> destination(Cidr range, Match... others) {
        List<Match> matches = new ArrayList<>();
        if (!range.isAll()) {
            matches.add(new Match.Destination(range, false));
        }
        matches.addAll(List.of(others));
        return matches;
    }

    private static Match port(PortRange range) {
        return new Match.DestinationPort(range, false);
    }
}
