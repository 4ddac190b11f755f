package io.weft.init.render;

import io.weft.init.options.PortRange;
import io.weft.init.plan.Chain;
import io.weft.init.plan.Match;
import io.weft.init.plan.Rule;
import io.weft.init.plan.RulePlan.Entry;
import io.weft.init.plan.RulePlan.FamilyPlan;
import io.weft.init.plan.Table;
import io.weft.init.plan.Target;
import io.weft.init.render.SavedTables.SavedTable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The text of {@code iptables-restore --noflush}, for one family. A rule is written exactly as iptables-save prints it,
 * so that what is in the kernel can be compared by text.
 */
public final class RestoreText {
    /** Ends the comment of an entry whose table was not in the kernel before us, for the cleanup to know. */
    private static final String TABLE_IS_OURS = " (table made by weft)";

    private RestoreText() {}

    /** The text for a family that has nothing yet. */
    public static String load(FamilyPlan plan) {
        return load(plan, new SavedTables(Map.of()));
    }

    /**
     * The text that leads from the state {@code saved} to the plan. Each table is one transaction: our chains are
     * flushed and filled again, entries of earlier runs are taken out (as often as they are there), ours go in once.
     */
    public static String load(FamilyPlan plan, SavedTables saved) {
        StringBuilder text = new StringBuilder();
        for (Table table : Table.values()) {
            Optional<SavedTable> before = saved.table(table);
            if (!plan.uses(table)) {
                before.filter(SavedTable::hasOurs).ifPresent(state -> remove(text, table, state));
                continue;
            }
            text.append('*').append(table.text()).append('\n');
            for (Chain chain : Chain.values()) {
                // A declaration creates a chain, and flushes one that exists.
                if (chain.table() == table && plan.chains().containsKey(chain)) {
                    text.append(':').append(chain).append(" - [0:0]\n");
                }
            }
            before.ifPresent(state -> delete(text, state.entries()));
            expected(plan, table)
                    .forEach((_, lines) ->
                            lines.forEach(line -> text.append(line).append('\n')));
            for (Entry entry : plan.entriesOf(table)) {
                text.append(line(entry, tableIsOurs(before))).append('\n');
            }
            before.ifPresent(state -> state.chains().keySet().stream()
                    .filter(chain -> !plan.chains().containsKey(chain))
                    .forEach(chain -> text.append("-F %s\n-X %s\n".formatted(chain, chain))));
            text.append("COMMIT\n");
        }
        return text.toString();
    }

    /** The text that takes out what is ours of {@code saved}; empty when nothing is. */
    public static String remove(SavedTables saved) {
        StringBuilder text = new StringBuilder();
        saved.tables().forEach((table, state) -> {
            if (state.hasOurs()) {
                remove(text, table, state);
            }
        });
        return text.toString();
    }

    /** The tables that were made by us and have nothing but ours in them, so that a cleanup takes them out as well. */
    public static List<Table> tablesToDrop(SavedTables saved) {
        List<Table> tables = new ArrayList<>();
        saved.tables().forEach((table, state) -> {
            if (state.hasOurs() && !state.foreign() && tableIsOurs(Optional.of(state))) {
                tables.add(table);
            }
        });
        return tables;
    }

    /** How the state differs from the plan, in words; empty when it is the plan. */
    public static List<String> drift(FamilyPlan plan, SavedTables saved) {
        List<String> drift = new ArrayList<>();
        for (Table table : Table.values()) {
            Optional<SavedTable> state = saved.table(table);
            Map<Chain, List<String>> actual = state.map(SavedTable::chains).orElse(Map.of());
            Map<Chain, List<String>> expected = expected(plan, table);
            for (Chain chain : Chain.values()) {
                List<String> want = expected.get(chain);
                List<String> have = actual.get(chain);
                if (want != null && have == null) {
                    drift.add("chain " + chain + " of table " + table.text() + " is missing");
                } else if (want == null && have != null) {
                    drift.add("chain " + chain + " of table " + table.text() + " is not wanted");
                } else if (want != null && !want.equals(have)) {
                    drift.add("chain " + chain + " of table " + table.text() + " has other rules");
                }
            }
            List<String> entries = plan.entriesOf(table).stream()
                    .map(entry -> line(entry, tableIsOurs(state)))
                    .toList();
            List<String> actualEntries = state.map(SavedTable::entries).orElse(List.of());
            if (!sorted(entries).equals(sorted(actualEntries))) {
                drift.add("table " + table.text() + " has " + actualEntries.size() + " jumps into our chains, expected "
                        + entries.size() + " of ours");
            }
        }
        return drift;
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream().sorted().toList();
    }

    private static void remove(StringBuilder text, Table table, SavedTable state) {
        text.append('*').append(table.text()).append('\n');
        delete(text, state.entries());
        // All are flushed before one is removed, as they jump into each other.
        state.chains()
                .keySet()
                .forEach(chain -> text.append("-F ").append(chain).append('\n'));
        state.chains()
                .keySet()
                .forEach(chain -> text.append("-X ").append(chain).append('\n'));
        text.append("COMMIT\n");
    }

    private static void delete(StringBuilder text, List<String> savedRules) {
        for (String rule : savedRules) {
            text.append("-D").append(rule, 2, rule.length()).append('\n');
        }
    }

    private static boolean tableIsOurs(Optional<SavedTable> before) {
        return before.map(state -> state.entries().stream().anyMatch(entry -> entry.contains(TABLE_IS_OURS)))
                .orElse(true);
    }

    private static Map<Chain, List<String>> expected(FamilyPlan plan, Table table) {
        Map<Chain, List<String>> lines = new EnumMap<>(Chain.class);
        plan.chains().forEach((chain, rules) -> {
            if (chain.table() == table) {
                lines.put(
                        chain,
                        rules.stream()
                                .map(rule -> line(chain.name(), rule, rule.comment()))
                                .toList());
            }
        });
        return lines;
    }

    private static String line(Entry entry, boolean tableIsOurs) {
        String comment = entry.rule().comment() + (tableIsOurs ? TABLE_IS_OURS : "");
        return line(entry.hook().name(), entry.rule(), comment);
    }

    private static String line(String chain, Rule rule, String comment) {
        StringBuilder text = new StringBuilder("-A ").append(chain);
        for (Match match : rule.matches()) {
            text.append(' ').append(match(match));
        }
        return text.append(" -m comment --comment \"")
                .append(comment)
                .append("\" -j ")
                .append(target(rule.target()))
                .toString();
    }

    private static String match(Match match) {
        return switch (match) {
            case Match.Source(var range) -> "-s " + range;
            case Match.Destination(var range, var negated) -> not(negated) + "-d " + range;
            case Match.InInterface(var name) -> "-i " + name;
            case Match.OutInterface(var name) -> "-o " + name;
            case Match.Tcp() -> "-p tcp";
            case Match.DestinationPort(var range, var negated) -> "-m tcp " + not(negated) + "--dport " + ports(range);
            case Match.OwnerUid(var uid, var negated) -> "-m owner " + not(negated) + "--uid-owner " + uid;
            case Match.OwnerGid(var gid, var negated) -> "-m owner " + not(negated) + "--gid-owner " + gid;
            case Match.ConntrackInvalid() -> "-m conntrack --ctstate INVALID";
        };
    }

    private static String not(boolean negated) {
        return negated ? "! " : "";
    }

    private static String ports(PortRange range) {
        return range.isSingle() ? Integer.toString(range.first()) : range.first() + ":" + range.last();
    }

    private static String target(Target target) {
        return switch (target) {
            case Target.Jump(var chain) -> chain.name();
            case Target.Return() -> "RETURN";
            case Target.Redirect(var port) -> "REDIRECT --to-ports " + port;
            case Target.Drop() -> "DROP";
        };
    }
}
