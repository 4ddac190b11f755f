package io.weft.init.plan;

import java.util.List;
import java.util.Map;

/** The rules of both families. */
public record RulePlan(FamilyPlan ipv4, FamilyPlan ipv6) {

    public FamilyPlan of(Family family) {
        return switch (family) {
            case IPV4 -> ipv4;
            case IPV6 -> ipv6;
        };
    }

    /**
     * The rules of one family.
     *
     * @param chains the rules of each chain that is wanted, in order; a chain that is not a key is not wanted
     * @param entries the jumps from the kernel's hooks into those chains
     */
    public record FamilyPlan(Family family, Map<Chain, List<Rule>> chains, List<Entry> entries) {
        public List<Entry> entriesOf(Table table) {
            return entries.stream()
                    .filter(entry -> entry.chain().table() == table)
                    .toList();
        }

        public List<Rule> rules(Chain chain) {
            return chains.getOrDefault(chain, List.of());
        }

        public boolean uses(Table table) {
            return chains.keySet().stream().anyMatch(chain -> chain.table() == table);
        }
    }

    /** A jump from a hook into a chain of ours. */
    public record Entry(Hook hook, Chain chain, Rule rule) {}
}
