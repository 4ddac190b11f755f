package io.weft.init.apply;

import io.weft.init.plan.Family;
import io.weft.init.plan.RulePlan.FamilyPlan;
import io.weft.init.plan.Table;
import io.weft.init.render.NftText;
import io.weft.init.render.RestoreText;
import io.weft.init.render.SavedTables;
import java.util.ArrayList;
import java.util.List;

/**
 * iptables-restore and iptables-save of one flavour.
 *
 * @param flavour {@code nft}, {@code legacy}, or empty for the system's unnamed default
 */
record IptablesBackend(Applier applier, String flavour) implements Backend {
    /** How long the legacy flavour waits for the lock that all namespaces of a machine share, in seconds. */
    private static final String LOCK_WAIT = "30";

    @Override
    public String name() {
        return command(Family.IPV4, "");
    }

    @Override
    public boolean isInstalled() {
        return applier.has(command(Family.IPV4, "-save")) && applier.has(command(Family.IPV4, "-restore"));
    }

    @Override
    public boolean hasOurs(Family family) throws ToolFailure {
        return saved(family).hasOurs();
    }

    boolean hasRules(Family family) throws ToolFailure {
        return saved(family).hasRules();
    }

    @Override
    public List<String> drift(FamilyPlan plan) throws ToolFailure {
        return RestoreText.drift(plan, saved(plan.family()));
    }

    @Override
    public void load(List<FamilyPlan> plans) throws ToolFailure {
        for (FamilyPlan plan : plans) {
            restore(plan.family(), RestoreText.load(plan, saved(plan.family())));
        }
    }

    @Override
    public List<String> remove(Family family) throws ToolFailure {
        SavedTables saved = saved(family);
        if (!saved.hasOurs()) {
            return List.of();
        }
        restore(family, RestoreText.remove(saved));
        return flavour.equals("legacy") ? List.of() : dropTables(family, RestoreText.tablesToDrop(saved));
    }

    /** iptables cannot remove a table that it made; nft can. An empty table does nothing, so this is for tidiness. */
    private List<String> dropTables(Family family, List<Table> tables) {
        List<String> left = new ArrayList<>();
        for (Table table : tables) {
            try {
                applier.run(List.of("nft", "delete", "table", NftText.word(family), table.text()), "");
            } catch (ToolFailure e) {
                left.add("the empty table " + table.text() + " of " + family + " stays: " + e.text());
            }
        }
        return left;
    }

    private SavedTables saved(Family family) throws ToolFailure {
        return SavedTables.parse(applier.run(List.of(command(family, "-save")), ""));
    }

    private void restore(Family family, String text) throws ToolFailure {
        applier.run(List.of(command(family, "-restore"), "--noflush", "-w", LOCK_WAIT), text);
    }

    private String command(Family family, String suffix) {
        String tool = switch (family) {
            case IPV4 -> "iptables";
            case IPV6 -> "ip6tables";
        };
        return tool + (flavour.isEmpty() ? "" : "-" + flavour) + suffix;
    }
}
