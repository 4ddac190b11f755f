package io.weft.init.apply;

import io.weft.init.options.Options;
import io.weft.init.options.Options.Run;
import io.weft.init.options.Options.Switch;
import io.weft.init.plan.Family;
import io.weft.init.plan.RulePlan;
import io.weft.init.plan.RulePlan.FamilyPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Decides with which back end, and brings the kernel to the plan or back to where it was. */
public final class Installer {
    private static final String PASSTHROUGH_ADDRESS = "::6";

    private final Applier applier;
    private final Path procNet;
    private final Consumer<String> report;

    /**
     * @param procNet {@code /proc/net} of the namespace
     * @param report takes one line for a user at a time
     */
    public Installer(Applier applier, Path procNet, Consumer<String> report) {
        this.applier = applier;
        this.procNet = procNet;
        this.report = report;
    }

    /** The rules could not be set, changed or removed; every line of the message is one thing that is missing. */
    public static final class InstallException extends Exception {
        private static final long serialVersionUID = 1L;

        InstallException(String message) {
            super(message);
        }
    }

    /** Sets the rules, so that the state is that of the plan whatever it was before. */
    public void install(RulePlan plan, Options options) throws InstallException {
        Ipv6Stack ipv6 = Ipv6Stack.read(procNet.resolve("if_inet6"));
        List<String> failures = new ArrayList<>();
        for (Backend backend : candidates(options.run())) {
            try {
                installBy(backend, plan, options.run(), ipv6);
                removeByOthers(backend);
                addPassthroughAddress(ipv6, mayLackIpv6(ipv6, options.run()));
                return;
            } catch (ToolFailure e) {
                failures.add(backend.name() + ": " + e.text());
            }
        }
        throw new InstallException("no back end could set the rules:\n  " + String.join("\n  ", failures));
    }

    private void installBy(Backend backend, RulePlan plan, Run run, Ipv6Stack ipv6)
            throws ToolFailure, InstallException {
        if (!ipv6.present()) {
            if (run.is(Switch.REQUIRE_IPV6)) {
                throw new InstallException("--dual-stack: the kernel has no IPv6");
            }
            report.accept("The kernel has no IPv6: IPv4 only.");
            bringTo(backend, List.of(plan.ipv4()), run);
            return;
        }
        try {
            bringTo(backend, List.of(plan.ipv4(), plan.ipv6()), run);
        } catch (ToolFailure e) {
            if (!mayLackIpv6(ipv6, run)) {
                throw e.isOfIpv6()
                        ? new ToolFailure(
                                "ip6",
                                e.text() + "; IPv6 may not stay uncaptured: "
                                        + (run.is(Switch.REQUIRE_IPV6)
                                                ? "--dual-stack asks for it"
                                                : "this namespace has the addresses " + ipv6.reachable()))
                        : e;
            }
            bringTo(backend, List.of(plan.ipv4()), run);
            report.accept("IPv6 is not captured, and this namespace has no IPv6 address but loopback: " + e.text());
        }
    }

    private void bringTo(Backend backend, List<FamilyPlan> plans, Run run) throws ToolFailure, InstallException {
        List<String> drift = new ArrayList<>();
        for (FamilyPlan plan : plans) {
            backend.drift(plan).forEach(text -> drift.add(plan.family() + " " + text));
        }
        if (drift.isEmpty() && !run.is(Switch.FORCE_APPLY)) {
            report.accept("The rules are in place already, by " + backend.name() + ": nothing to do.");
            return;
        }
        boolean earlier = false;
        for (FamilyPlan plan : drift.isEmpty() ? List.<FamilyPlan>of() : plans) {
            earlier |= backend.hasOurs(plan.family());
        }
        if (earlier) {
            if (!run.is(Switch.RECONCILE)) {
                throw new InstallException(
                        "--reconcile=false, and earlier rules differ:\n  " + String.join("\n  ", drift));
            }
            report.accept("Earlier rules differ and are replaced: " + String.join("; ", drift) + ".");
        }
        backend.load(plans);
        report.accept("The rules are in place, by " + backend.name() + ", for "
                + plans.stream().map(FamilyPlan::family).toList() + ".");
    }

    private static boolean mayLackIpv6(Ipv6Stack ipv6, Run run) {
        return ipv6.reachable().isEmpty() && !run.is(Switch.REQUIRE_IPV6);
    }

    /** IPv4 has all of 127.0.0.0/8 on lo; IPv6 has but ::1, so the address that inbound passthrough binds is added. */
    private void addPassthroughAddress(Ipv6Stack ipv6, boolean mayLack) throws InstallException {
        if (!ipv6.present() || ipv6.has(PASSTHROUGH_ADDRESS)) {
            return;
        }
        try {
            applier.run(List.of("ip", "-6", "addr", "add", PASSTHROUGH_ADDRESS + "/128", "dev", "lo"), "");
        } catch (ToolFailure e) {
            String message = "the address ::6, which inbound passthrough binds, is not on lo: " + e.text();
            if (!mayLack) {
                // The rules stay: what they capture is refused for want of a proxy, which is the safe side.
                throw new InstallException(message);
            }
            report.accept("IPv6: " + message);
        }
    }

    /** Whether the rules read back as planned, by any back end; true as well where this process may not read them. */
    public boolean isInPlace(RulePlan plan, Options options) {
        Ipv6Stack ipv6 = Ipv6Stack.read(procNet.resolve("if_inet6"));
        boolean needsIpv6 = !ipv6.reachable().isEmpty() || options.run().is(Switch.REQUIRE_IPV6);
        List<FamilyPlan> plans = needsIpv6 ? List.of(plan.ipv4(), plan.ipv6()) : List.of(plan.ipv4());
        List<String> seen = new ArrayList<>();
        for (Backend backend : installed()) {
            try {
                List<String> drift = new ArrayList<>();
                for (FamilyPlan family : plans) {
                    drift.addAll(backend.drift(family));
                }
                if (drift.isEmpty()) {
                    report.accept("The rules read back as planned, by " + backend.name() + ".");
                    return true;
                }
                seen.add(backend.name() + ": " + String.join("; ", drift));
            } catch (ToolFailure e) {
                report.accept("The rules were not read back: " + e.text());
            }
        }
        if (!seen.isEmpty()) {
            report.accept("The rules are not those planned. " + String.join(". ", seen));
        }
        return seen.isEmpty();
    }

    /** Takes out all that is ours, by whichever back end it came in, and leaves everything else. */
    public void remove() throws InstallException {
        List<String> failures = new ArrayList<>();
        boolean found = false;
        boolean known = false;
        for (Backend backend : installed()) {
            for (Family family : Family.values()) {
                try {
                    if (backend.hasOurs(family)) {
                        found = true;
                        backend.remove(family).forEach(report);
                        report.accept("Removed the rules for " + family + ", by " + backend.name() + ".");
                    }
                    known = true;
                } catch (ToolFailure e) {
                    failures.add(backend.name() + ": " + e.text());
                }
            }
        }
        if (Ipv6Stack.read(procNet.resolve("if_inet6")).has(PASSTHROUGH_ADDRESS)) {
            try {
                applier.run(List.of("ip", "-6", "addr", "del", PASSTHROUGH_ADDRESS + "/128", "dev", "lo"), "");
            } catch (ToolFailure e) {
                failures.add(e.text());
            }
        }
        if (!failures.isEmpty() || !known) {
            throw new InstallException("the rules could not be removed:\n  "
                    + String.join("\n  ", known ? failures : List.of("no back end is installed and works")));
        }
        if (!found) {
            report.accept("There were no rules of ours.");
        }
    }

    /** After the new rules are in: the same rules by another back end would only confuse, and redirect first. */
    private void removeByOthers(Backend chosen) {
        for (Backend other : installed()) {
            if (other.equals(chosen) || isAlias(chosen, other)) {
                continue;
            }
            for (Family family : Family.values()) {
                try {
                    if (other.hasOurs(family)) {
                        other.remove(family).forEach(report);
                        report.accept("Removed earlier rules for " + family + " by " + other.name() + ".");
                    }
                } catch (ToolFailure e) {
                    report.accept("Whether " + other.name() + " has earlier rules is not known: " + e.text());
                }
            }
        }
    }

    private static boolean isAlias(Backend one, Backend other) {
        return one instanceof IptablesBackend first
                && other instanceof IptablesBackend second
                && (first.flavour().isEmpty() || second.flavour().isEmpty());
    }

    private List<Backend> candidates(Run run) throws InstallException {
        IptablesBackend nft = new IptablesBackend(applier, "nft");
        IptablesBackend legacy = new IptablesBackend(applier, "legacy");
        return switch (run.backend()) {
            case IPTABLES_NFT -> List.of(nft);
            case IPTABLES_LEGACY -> List.of(legacy);
            case NATIVE_NFT -> List.of(new NftBackend(applier));
            case AUTOMATIC -> automatic(nft, legacy);
        };
    }

    /** iptables-nft needs the least privilege; but rules are best kept together with those that are there. */
    private List<Backend> automatic(IptablesBackend nft, IptablesBackend legacy) throws InstallException {
        List<Backend> order = new ArrayList<>();
        if (legacyHasRules(legacy)) {
            order.add(legacy);
        }
        IptablesBackend unnamed = new IptablesBackend(applier, "");
        for (Backend backend : List.of(nft, unnamed, legacy, new NftBackend(applier))) {
            boolean sameAsAnother = backend.equals(unnamed) && (nft.isInstalled() || legacy.isInstalled());
            if (backend.isInstalled() && !sameAsAnother && !order.contains(backend)) {
                order.add(backend);
            }
        }
        if (order.isEmpty()) {
            throw new InstallException(
                    "no back end is installed: command iptables-restore is missing (package iptables),"
                            + " command nft is missing (package nftables)");
        }
        return order;
    }

    private List<Backend> installed() {
        List<Backend> backends = new ArrayList<>();
        IptablesBackend nft = new IptablesBackend(applier, "nft");
        IptablesBackend legacy = new IptablesBackend(applier, "legacy");
        IptablesBackend unnamed = new IptablesBackend(applier, "");
        if (nft.isInstalled()) {
            backends.add(nft);
        }
        // Asked only where it has tables: it would load its modules just to say that it has no rule.
        if (legacy.isInstalled() && legacyTables().isPresent()) {
            backends.add(legacy);
        }
        if (backends.isEmpty() && unnamed.isInstalled()) {
            backends.add(unnamed);
        }
        NftBackend nativeNft = new NftBackend(applier);
        if (nativeNft.isInstalled()) {
            backends.add(nativeNft);
        }
        return backends;
    }

    private boolean legacyHasRules(IptablesBackend legacy) {
        if (legacyTables().isEmpty() || !legacy.isInstalled()) {
            return false;
        }
        try {
            return legacy.hasRules(Family.IPV4) || legacy.hasRules(Family.IPV6);
        } catch (ToolFailure e) {
            report.accept("Whether legacy iptables has rules is not known: " + e.text());
            return false;
        }
    }

    /** The tables that legacy iptables made in this namespace; a plain user may not know. */
    private Optional<String> legacyTables() {
        StringBuilder names = new StringBuilder();
        for (String file : List.of("ip_tables_names", "ip6_tables_names")) {
            try {
                names.append(Files.readString(procNet.resolve(file)));
            } catch (IOException _) {
                // Not there without the module, not readable without root: either way nothing that we could ask for.
            }
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(names.toString());
    }
}
