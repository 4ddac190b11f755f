package io.weft.init.apply;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From a tool's words to what is missing: which command, which table, which kernel module, which capability. */
final class Diagnosis {
    private static final Pattern LINE = Pattern.compile("line:? (\\d+)|/dev/stdin:(\\d+)");
    private static final Pattern TABLE =
            Pattern.compile("(?:can't initialize ip6?tables|unable to initialize) table [`'](\\w+)'");
    private static final Pattern EXTENSION = Pattern.compile("Couldn't load (?:match|target) [`'](\\w+)'");
    private static final Pattern PERMISSION =
            Pattern.compile("Permission denied|Operation not permitted|you must be root");
    private static final Pattern NO_NF_TABLES = Pattern.compile(
            "Could not fetch rule set generation id|Protocol not supported|Unable to initialize Netlink");

    /** Words of a rule, and the kernel modules that it needs: for iptables of both flavours, and for native nft. */
    private static final Map<String, List<String>> MODULES = new TreeMap<>(Map.of(
            "REDIRECT", List.of("xt_REDIRECT", "nft_redir"),
            "redirect", List.of("xt_REDIRECT", "nft_redir"),
            "owner", List.of("xt_owner", "nft_meta"),
            "skuid", List.of("xt_owner", "nft_meta"),
            "conntrack", List.of("xt_conntrack", "nft_ct"),
            "ct state", List.of("xt_conntrack", "nft_ct"),
            "comment", List.of("xt_comment", "nf_tables"),
            "dport", List.of("xt_tcpudp", "nf_tables")));

    private Diagnosis() {}

    static String notFound(List<String> command) {
        String name = command.getFirst();
        String packageName = name.startsWith("nft") ? "nftables" : name.equals("ip") ? "iproute2" : "iptables";
        return "command " + name + " is missing (package " + packageName + ")";
    }

    static String explain(List<String> command, int exitValue, String errors, String input) {
        String said =
                String.join(" / ", errors.strip().lines().map(String::strip).toList());
        return String.join(" ", command) + " failed with exit status " + exitValue + ": "
                + missing(command.getFirst(), errors, input) + " [" + said + "]";
    }

    private static String missing(String command, String errors, String input) {
        Flavour flavour = Flavour.of(command);
        if (PERMISSION.matcher(errors).find()) {
            return flavour == Flavour.LEGACY
                    ? "a capability is missing: NET_ADMIN, and NET_RAW, which legacy iptables needs and iptables-nft does"
                            + " not"
                    : "the capability NET_ADMIN is missing";
        }
        Matcher table = TABLE.matcher(errors);
        if (table.find()) {
            String module = tableModule(command, table.group(1));
            return "table " + table.group(1) + " is missing: kernel module " + module
                    + (flavour == Flavour.LEGACY ? ", or the capability NET_RAW, which legacy iptables needs" : "");
        }
        Matcher extension = EXTENSION.matcher(errors);
        if (extension.find()) {
            return "the extension '" + extension.group(1) + "' of " + command + " is missing (package iptables)";
        }
        if (NO_NF_TABLES.matcher(errors).find()) {
            return "kernel module nf_tables is missing";
        }
        Matcher line = LINE.matcher(errors);
        if (line.find()) {
            String number = line.group(1) == null ? line.group(2) : line.group(1);
            return atLine(command, flavour, input, Integer.parseInt(number));
        }
        return "the tool says";
    }

    private static String atLine(String command, Flavour flavour, String input, int number) {
        List<String> lines = input.lines().toList();
        if (number < 1 || number > lines.size()) {
            return "at line " + number;
        }
        String line = lines.get(number - 1);
        String table = "";
        for (String before : lines.subList(0, number)) {
            table = before.startsWith("*") ? before.substring(1) : table;
        }
        // Legacy iptables reports the end of the transaction, so any rule of it may be the one.
        boolean wholeTable = line.equals("COMMIT");
        Set<String> modules = new TreeSet<>();
        if (!table.isEmpty()) {
            modules.add(tableModule(command, table));
        }
        if (flavour == Flavour.IPTABLES_NFT) {
            modules.add("nft_compat");
        }
        MODULES.forEach((word, names) -> {
            if ((wholeTable ? input : line).contains(word)) {
                modules.add(names.get(flavour == Flavour.NATIVE ? 1 : 0));
            }
        });
        return "at line " + number + ", '" + line.strip() + "'"
                + (table.isEmpty() ? "" : " of table " + table)
                + "; kernel modules that it needs: " + String.join(", ", modules);
    }

    private static String tableModule(String command, String table) {
        String family = command.startsWith("ip6") ? "ip6" : "ip";
        return switch (Flavour.of(command)) {
            case LEGACY -> family + "table_" + table;
            case IPTABLES_NFT, NATIVE -> table.equals("nat") ? "nft_chain_nat" : "nf_tables";
        };
    }

    private enum Flavour {
        LEGACY,
        IPTABLES_NFT,
        NATIVE;

        static Flavour of(String command) {
            if (command.equals("nft")) {
                return NATIVE;
            }
            return command.contains("-nft") ? IPTABLES_NFT : LEGACY;
        }
    }
}
