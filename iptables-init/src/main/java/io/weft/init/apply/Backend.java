package io.weft.init.apply;

import io.weft.init.plan.Family;
import io.weft.init.plan.RulePlan.FamilyPlan;
import java.util.List;

/** A way of writing rules into the kernel. */
sealed interface Backend permits IptablesBackend, NftBackend {
    /** As users know it. */
    String name();

    /** Whether the tool is installed at all. */
    boolean isInstalled();

    /** Whether anything of ours is in the kernel by this back end. */
    boolean hasOurs(Family family) throws ToolFailure;

    /** How the kernel's state differs from the plan, in words. */
    List<String> drift(FamilyPlan plan) throws ToolFailure;

    /** Makes the kernel's state that of the plans; each family at once or not at all. */
    void load(List<FamilyPlan> plans) throws ToolFailure;

    /** Takes out what is ours; returns what could not be put back as it was, in words. */
    List<String> remove(Family family) throws ToolFailure;
}
