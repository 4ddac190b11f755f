package io.weft.init.render;

import io.weft.init.plan.Chain;
import io.weft.init.plan.Hook;
import io.weft.init.plan.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What iptables-save printed for one family, as far as it concerns us.
 *
 * @param tables the tables of ours that exist in the kernel, with what is in them
 */
public record SavedTables(Map<Table, SavedTable> tables) {

    /**
     * One table.
     *
     * @param chains the rules of those chains that bear our names, as printed
     * @param entries rules of other chains that jump into ours, as printed
     * @param foreign whether anything in it is not ours: a rule, a chain, or a policy other than ACCEPT
     */
    public record SavedTable(Map<Chain, List<String>> chains, List<String> entries, boolean foreign) {
        public boolean hasOurs() {
            return !chains.isEmpty() || !entries.isEmpty();
        }
    }

    public boolean hasOurs() {
        return tables.values().stream().anyMatch(SavedTable::hasOurs);
    }

    /** Whether any rule at all is in them, ours or not. */
    public boolean hasRules() {
        return tables.values().stream().anyMatch(table -> table.hasOurs() || table.foreign());
    }

    Optional<SavedTable> table(Table table) {
        return Optional.ofNullable(tables.get(table));
    }

    public static SavedTables parse(String text) {
        Map<Table, SavedTable> tables = new EnumMap<>(Table.class);
        Builder current = null;
        for (String line : text.lines().toList()) {
            if (line.startsWith("*")) {
                current = new Builder(line.substring(1).strip());
            } else if (line.equals("COMMIT") && current != null) {
                Builder finished = current;
                for (Table table : Table.values()) {
                    if (table.text().equals(finished.name)) {
                        tables.put(table, finished.build());
                    }
                }
                current = null;
            } else if (current != null) {
                current.add(line);
            }
        }
        return new SavedTables(tables);
    }

    private static final class Builder {
        final String name;
        private final Map<Chain, List<String>> chains = new EnumMap<>(Chain.class);
        private final List<String> entries = new ArrayList<>();
        private boolean foreign;

        Builder(String name) {
            this.name = name;
        }

        void add(String line) {
            if (line.startsWith(":")) {
                declaration(line.substring(1).split(" ", -1));
            } else if (line.startsWith("-A ")) {
                rule(line);
            }
        }

        private void declaration(String[] words) {
            Optional<Chain> chain = ours(words[0]);
            if (chain.isPresent()) {
                chains.putIfAbsent(chain.get(), new ArrayList<>());
            } else if (words.length < 2 || !words[1].equals("ACCEPT")) {
                foreign = true;
            }
        }

        private void rule(String line) {
            String chainName = line.split(" ", 3)[1];
            Optional<Chain> chain = ours(chainName);
            if (chain.isPresent()) {
                chains.computeIfAbsent(chain.get(), _ -> new ArrayList<>()).add(line);
            } else if (jumpsToOurs(line)) {
                entries.add(line);
                foreign |= !isHook(chainName);
            } else {
                foreign = true;
            }
        }

        private boolean jumpsToOurs(String line) {
            int target = Math.max(line.lastIndexOf(" -j "), line.lastIndexOf(" -g "));
            return target >= 0
                    && ours(line.substring(target + 4).split(" ", 2)[0]).isPresent();
        }

        private Optional<Chain> ours(String chainName) {
            for (Chain chain : Chain.values()) {
                if (chain.name().equals(chainName) && chain.table().text().equals(name)) {
                    return Optional.of(chain);
                }
            }
            return Optional.empty();
        }

        private static boolean isHook(String chainName) {
            for (Hook hook : Hook.values()) {
                if (hook.name().equals(chainName)) {
                    return true;
                }
            }
            return false;
        }

        SavedTable build() {
            Map<Chain, List<String>> copy = new EnumMap<>(Chain.class);
            chains.forEach((chain, rules) -> copy.put(chain, List.copyOf(rules)));
            return new SavedTable(copy, List.copyOf(entries), foreign);
        }
    }
}
