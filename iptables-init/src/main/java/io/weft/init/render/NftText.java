package io.weft.init.render;

import io.weft.init.options.PortRange;
import io.weft.init.plan.Chain;
import io.weft.init.plan.Family;
import io.weft.init.plan.Match;
import io.weft.init.plan.Rule;
import io.weft.init.plan.RulePlan.Entry;
import io.weft.init.plan.RulePlan.FamilyPlan;
import io.weft.init.plan.Table;
import io.weft.init.plan.Target;
import java.util.List;
import java.util.Locale;

/**
 * The text of {@code nft -f -}. All is in a table of our own per family, {@code weft}, which nobody else writes to; both
 * families go in by one transaction.
 */
public final class NftText {
    public static final String TABLE = "weft";

    private NftText() {}

    /** The text that replaces our tables, whatever is in them, by the plans. */
    public static String load(List<FamilyPlan> plans) {
        StringBuilder text = new StringBuilder();
        for (FamilyPlan plan : plans) {
            remove(text, plan.family());
        }
        plans.forEach(plan -> text.append(table(plan)));
        return text.toString();
    }

    /** The text that removes our table of a family, also when there is none. */
    public static String remove(List<Family> families) {
        StringBuilder text = new StringBuilder();
        families.forEach(family -> remove(text, family));
        return text.toString();
    }

    private static void remove(StringBuilder text, Family family) {
        // A deletion fails where there is nothing to delete, so the table is made first; both are one transaction.
        text.append("add table %s %s\ndelete table %s %s\n".formatted(word(family), TABLE, word(family), TABLE));
    }

    /** Our table of a family, written as {@code nft -n -s list table} prints it. */
    public static String table(FamilyPlan plan) {
        StringBuilder text = new StringBuilder();
        text.append("table %s %s {\n".formatted(word(plan.family()), TABLE));
        boolean first = true;
        for (Chain chain : Chain.values()) {
            if (plan.chains().containsKey(chain)) {
                text.append(first ? "" : "\n").append("\tchain ").append(chain).append(" {\n");
                plan.rules(chain).forEach(rule -> text.append(rule(rule)));
                text.append("\t}\n");
                first = false;
            }
        }
        for (Entry entry : plan.entries()) {
            text.append("\n\tchain ")
                    .append(hookChain(entry))
                    .append(" {\n\t\t")
                    .append(hook(entry));
            text.append("\n").append(rule(entry.rule())).append("\t}\n");
        }
        return text.append("}\n").toString();
    }

    /** Whether what nft printed is the plan; blank space aside, which differs between releases. */
    public static boolean isInPlace(FamilyPlan plan, String listed) {
        return normalized(table(plan)).equals(normalized(listed));
    }

    private static String normalized(String text) {
        return String.join(" ", text.strip().split("\\s+"));
    }

    public static String word(Family family) {
        return switch (family) {
            case IPV4 -> "ip";
            case IPV6 -> "ip6";
        };
    }

    private static String hookChain(Entry entry) {
        return entry.chain().table().text() + "_" + entry.hook().name().toLowerCase(Locale.ROOT);
    }

    private static String hook(Entry entry) {
        String hook = entry.hook().name().toLowerCase(Locale.ROOT);
        Table table = entry.chain().table();
        return switch (table) {
            case NAT -> "type nat hook " + hook + " priority -100; policy accept;";
            case MANGLE -> "type filter hook " + hook + " priority -150; policy accept;";
        };
    }

    private static String rule(Rule rule) {
        StringBuilder text = new StringBuilder("\t\t");
        boolean portImpliesTcp = rule.matches().stream().anyMatch(Match.DestinationPort.class::isInstance);
        for (Match match : rule.matches()) {
            if (!(match instanceof Match.Tcp) || !portImpliesTcp) {
                text.append(match(match)).append(' ');
            }
        }
        return text.append(target(rule.target()))
                .append(" comment \"")
                .append(rule.comment())
                .append("\"\n")
                .toString();
    }

    private static String match(Match match) {
        return switch (match) {
            case Match.Source(var range) -> address(range.isIpv6()) + " saddr " + range(range);
            case Match.Destination(var range, var negated) ->
                address(range.isIpv6()) + " daddr " + not(negated) + range(range);
            case Match.InInterface(var name) -> "iifname \"" + pattern(name) + "\"";
            case Match.OutInterface(var name) -> "oifname \"" + pattern(name) + "\"";
            case Match.Tcp() -> "meta l4proto 6";
            case Match.DestinationPort(var range, var negated) -> "tcp dport " + not(negated) + ports(range);
            case Match.OwnerUid(var uid, var negated) -> "meta skuid " + not(negated) + uid;
            case Match.OwnerGid(var gid, var negated) -> "meta skgid " + not(negated) + gid;
            case Match.ConntrackInvalid() -> "ct state 0x1";
        };
    }

    private static String address(boolean ipv6) {
        return ipv6 ? "ip6" : "ip";
    }

    /** A single address without its prefix length, as nft prints it. */
    private static String range(io.weft.init.options.Cidr range) {
        String text = range.toString();
        boolean single = range.prefix() == range.address().getAddress().length * 8;
        return single ? text.substring(0, text.indexOf('/')) : text;
    }

    private static String pattern(String name) {
        return name.endsWith("+") ? name.substring(0, name.length() - 1) + "*" : name;
    }

    private static String not(boolean negated) {
        return negated ? "!= " : "";
    }

    private static String ports(PortRange range) {
        return range.isSingle() ? Integer.toString(range.first()) : range.first() + "-" + range.last();
    }

    private static String target(Target target) {
        return switch (target) {
            case Target.Jump(var chain) -> "jump " + chain;
            case Target.Return() -> "return";
            case Target.Redirect(var port) -> "redirect to :" + port;
            case Target.Drop() -> "drop";
        };
    }
}
