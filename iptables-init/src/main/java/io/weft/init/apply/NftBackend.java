package io.weft.init.apply;

import io.weft.init.plan.Family;
import io.weft.init.plan.RulePlan.FamilyPlan;
import io.weft.init.render.NftText;
import java.util.List;

/** Native nft, with a table of our own per family. */
record NftBackend(Applier applier) implements Backend {
    @Override
    public String name() {
        return "nft";
    }

    @Override
    public boolean isInstalled() {
        return applier.has("nft");
    }

    @Override
    public boolean hasOurs(Family family) throws ToolFailure {
        String tables = applier.run(List.of("nft", "list", "tables"), "");
        return tables.lines().anyMatch(line -> line.equals("table " + NftText.word(family) + " " + NftText.TABLE));
    }

    @Override
    public List<String> drift(FamilyPlan plan) throws ToolFailure {
        String table = "table " + NftText.word(plan.family()) + " " + NftText.TABLE;
        if (!hasOurs(plan.family())) {
            return List.of(table + " is missing");
        }
        String listed = applier.run(
                List.of("nft", "-n", "-s", "list", "table", NftText.word(plan.family()), NftText.TABLE), "");
        return NftText.isInPlace(plan, listed) ? List.of() : List.of(table + " has other rules");
    }

    @Override
    public void load(List<FamilyPlan> plans) throws ToolFailure {
        applier.run(List.of("nft", "-f", "-"), NftText.load(plans));
    }

    @Override
    public List<String> remove(Family family) throws ToolFailure {
        if (hasOurs(family)) {
            applier.run(List.of("nft", "-f", "-"), NftText.remove(List.of(family)));
        }
        return List.of();
    }
}
