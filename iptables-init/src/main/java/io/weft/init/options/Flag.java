package io.weft.init.options;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every flag of {@code weft init}, as data: its names on the command line and in the environment, its default and, for
 * those that istio-iptables has and we do not, the reason of the refusal. The names are istio-iptables'.
 *
 * <p>The defaults of {@code -b}, {@code -d} and {@code -i} are what Istio's injector passes, not istio-iptables' own
 * (empty lists): run without any flag, an init step that captured nothing would be an open door.
 */
public enum Flag {
    ENVOY_PORT(Kind.VALUE, "-p", "--envoy-port", env(), "15001", "PORT", "outbound TCP is redirected to this port"),
    INBOUND_CAPTURE_PORT(
            Kind.VALUE,
            "-z",
            "--inbound-capture-port",
            env("INBOUND_CAPTURE_PORT"),
            "15006",
            "PORT",
            "inbound TCP is redirected to this port"),
    INBOUND_TUNNEL_PORT(
            Kind.VALUE,
            "-e",
            "--inbound-tunnel-port",
            env("INBOUND_TUNNEL_PORT"),
            "15008",
            "PORT",
            "the proxy's HBONE port, never redirected"),
    PROXY_UID(
            Kind.VALUE,
            "-u",
            "--proxy-uid",
            env("PROXY_UID"),
            "",
            "UID,...",
            "users whose traffic is the proxy's own (default: the uid of $ENVOY_USER, else 1337)"),
    PROXY_GID(
            Kind.VALUE,
            "-g",
            "--proxy-gid",
            env("PROXY_GID"),
            "",
            "GID,...",
            "groups whose traffic is the proxy's own (default: the values of --proxy-uid)"),
    ENVOY_USER(
            Kind.VALUE,
            null,
            "--envoy-user",
            env("ENVOY_USER"),
            "istio-proxy",
            "NAME",
            "user name looked up when --proxy-uid is not given"),
    INTERCEPTION_MODE(
            Kind.VALUE,
            "-m",
            "--istio-inbound-interception-mode",
            env("ISTIO_INBOUND_INTERCEPTION_MODE"),
            "REDIRECT",
            "MODE",
            "REDIRECT; TPROXY is refused"),
    INBOUND_PORTS(
            Kind.LIST,
            "-b",
            "--istio-inbound-ports",
            env("ISTIO_INBOUND_PORTS"),
            "*",
            "PORTS",
            "inbound ports to capture; '*' is all, an empty list is none"),
    LOCAL_EXCLUDE_PORTS(
            Kind.LIST,
            "-d",
            "--istio-local-exclude-ports",
            env("ISTIO_LOCAL_EXCLUDE_PORTS"),
            "15020,15021,15090",
            "PORTS",
            "inbound ports that are not captured"),
    EXCLUDE_INTERFACES(
            Kind.LIST,
            "-c",
            "--istio-exclude-interfaces",
            env("ISTIO_EXCLUDE_INTERFACES"),
            "",
            "NICS",
            "interfaces that are left alone in both directions; 'eth+' matches by prefix"),
    SERVICE_CIDR(
            Kind.LIST,
            "-i",
            "--istio-service-cidr",
            env("ISTIO_SERVICE_CIDR"),
            "*",
            "CIDRS",
            "destinations to capture; '*' is all, an empty list is none"),
    SERVICE_EXCLUDE_CIDR(
            Kind.LIST,
            "-x",
            "--istio-service-exclude-cidr",
            env("ISTIO_SERVICE_EXCLUDE_CIDR"),
            "",
            "CIDRS",
            "destinations that are not captured"),
    OUTBOUND_PORTS(
            Kind.LIST,
            "-q",
            "--istio-outbound-ports",
            env("ISTIO_OUTBOUND_PORTS"),
            "",
            "PORTS",
            "outbound ports captured whatever the destination, unless it is excluded"),
    OUTBOUND_EXCLUDE_PORTS(
            Kind.LIST,
            "-o",
            "--istio-local-outbound-ports-exclude",
            env("ISTIO_LOCAL_OUTBOUND_PORTS_EXCLUDE"),
            "",
            "PORTS",
            "outbound ports that are not captured"),
    KUBE_VIRT_INTERFACES(
            Kind.LIST,
            "-k",
            "--kube-virt-interfaces",
            env("KUBE_VIRT_INTERFACES"),
            "",
            "NICS",
            "interfaces of virtual machines or nested containers: what comes in there is treated as outbound"),
    OWNER_GROUPS(
            Kind.LIST,
            null,
            "--outbound-owner-groups",
            env("ISTIO_OUTBOUND_OWNER_GROUPS"),
            "*",
            "GROUPS",
            "capture outbound traffic of these groups only (names or gids)"),
    OWNER_GROUPS_EXCLUDE(
            Kind.LIST,
            null,
            "--outbound-owner-groups-exclude",
            env("ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE"),
            "",
            "GROUPS",
            "do not capture outbound traffic of these groups"),
    OWNER_USERS(
            Kind.LIST,
            null,
            "--outbound-owner-users",
            env("ISTIO_OUTBOUND_OWNER_USERS"),
            "*",
            "USERS",
            "capture outbound traffic of these users only (names or uids)"),
    OWNER_USERS_EXCLUDE(
            Kind.LIST,
            null,
            "--outbound-owner-users-exclude",
            env("ISTIO_OUTBOUND_OWNER_USERS_EXCLUDE"),
            "",
            "USERS",
            "do not capture outbound traffic of these users"),
    IPV4_LOOPBACK_CIDR(
            Kind.VALUE,
            null,
            "--outbound-ipv4-loopback-cidr",
            env("ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR"),
            "127.0.0.1/32",
            "CIDR",
            "what counts as localhost when the proxy or the application dials it"),
    DROP_INVALID(
            Kind.SWITCH,
            null,
            "--drop-invalid",
            env("DROP_INVALID", "INVALID_DROP"),
            "false",
            "BOOL",
            "drop inbound packets that conntrack calls INVALID instead of resetting their connection"),
    DUAL_STACK(
            Kind.SWITCH,
            null,
            "--dual-stack",
            env("DUAL_STACK", "ISTIO_DUAL_STACK"),
            "false",
            "BOOL",
            "fail where IPv6 cannot be captured (IPv6 is always captured where it can be)"),
    DRY_RUN(Kind.SWITCH, "-n", "--dry-run", env("DRY_RUN"), "false", "BOOL", "print the rules and change nothing"),
    CLEANUP_ONLY(
            Kind.SWITCH, null, "--cleanup-only", env("CLEANUP_ONLY"), "false", "BOOL", "remove our rules and set none"),
    RECONCILE(
            Kind.SWITCH,
            null,
            "--reconcile",
            env("RECONCILE"),
            "true",
            "BOOL",
            "repair earlier rules that differ; with false, name the difference and exit 1"),
    FORCE_APPLY(
            Kind.SWITCH,
            null,
            "--force-apply",
            env("FORCE_APPLY"),
            "false",
            "BOOL",
            "load the rules even when they are already in place"),
    SKIP_RULE_APPLY(
            Kind.SWITCH, null, "--skip-rule-apply", env("SKIP_RULE_APPLY"), "false", "BOOL", "do not touch the rules"),
    RUN_VALIDATION(
            Kind.SWITCH,
            null,
            "--run-validation",
            env("RUN_VALIDATION"),
            "false",
            "BOOL",
            "prove the rules with connections; exit 126 when they do not hold"),
    IPTABLES_PROBE_PORT(
            Kind.VALUE,
            null,
            "--iptables-probe-port",
            env("IPTABLES_PROBE_PORT"),
            "15002",
            "PORT",
            "destination port of the connections of --run-validation"),
    PROBE_TIMEOUT(
            Kind.VALUE,
            null,
            "--probe-timeout",
            env("PROBE_TIMEOUT"),
            "5s",
            "DURATION",
            "how long --run-validation waits for its connections, as 5s, 500ms or 1m30s"),
    NATIVE_NFTABLES(
            Kind.SWITCH,
            null,
            "--native-nftables",
            env("NATIVE_NFTABLES"),
            "false",
            "BOOL",
            "use nft and tables of our own instead of iptables"),
    FORCE_IPTABLES_BINARY(
            Kind.VALUE,
            null,
            "--force-iptables-binary",
            env("FORCE_IPTABLES_BINARY"),
            "",
            "nft|legacy",
            "use this flavour of iptables and no other"),

    TPROXY_MARK(
            Kind.REFUSED,
            "-t",
            "--istio-inbound-tproxy-mark",
            env("ISTIO_INBOUND_TPROXY_MARK"),
            "",
            "MARK",
            "there is no TPROXY mode, so no packet is marked"),
    TPROXY_ROUTE_TABLE(
            Kind.REFUSED,
            "-r",
            "--istio-inbound-tproxy-route-table",
            env("ISTIO_INBOUND_TPROXY_ROUTE_TABLE"),
            "",
            "TABLE",
            "there is no TPROXY mode, so no route table is used"),
    REDIRECT_DNS(
            Kind.REFUSED,
            null,
            "--redirect-dns",
            env("REDIRECT_DNS", "ISTIO_META_DNS_CAPTURE"),
            "",
            "BOOL",
            "the proxy has no DNS listener on 15053, so captured queries would go unanswered"),
    CAPTURE_ALL_DNS(
            Kind.REFUSED,
            null,
            "--capture-all-dns",
            env("CAPTURE_ALL_DNS"),
            "",
            "BOOL",
            "the proxy has no DNS listener on 15053, so captured queries would go unanswered"),
    NETWORK_NAMESPACE(
            Kind.REFUSED,
            null,
            "--network-namespace",
            env("NETWORK_NAMESPACE"),
            "",
            "PATH",
            "start init inside of the namespace (ip netns exec, nsenter) instead"),
    CNI_MODE(Kind.REFUSED, null, "--cni-mode", env("CNI_MODE"), "", "BOOL", "there is no CNI plugin");

    /** How a flag takes its value. */
    public enum Kind {
        /** One value; an empty environment variable counts as not given. */
        VALUE,
        /** A comma separated list; given and empty means none. */
        LIST,
        /** true or false; the bare flag means true. */
        SWITCH,
        /** Known from istio-iptables and refused, with the description as the reason. */
        REFUSED
    }

    private final Kind kind;
    private final @Nullable String shortName;
    private final String longName;
    private final String environment;
    private final String defaultValue;
    private final String valueLabel;
    private final String description;

    Flag(
            Kind kind,
            @Nullable String shortName,
            String longName,
            String environment,
            String defaultValue,
            String valueLabel,
            String description) {
        this.kind = kind;
        this.shortName = shortName;
        this.longName = longName;
        this.environment = environment;
        this.defaultValue = defaultValue;
        this.valueLabel = valueLabel;
        this.description = description;
    }

    private static String env(String... names) {
        return String.join(",", names);
    }

    public Kind kind() {
        return kind;
    }

    /** The names on the command line, the long one last. */
    public List<String> names() {
        return shortName == null ? List.of(longName) : List.of(shortName, longName);
    }

    public String longName() {
        return longName;
    }

    /** The environment variables that are read when the flag is not given, first one first. */
    public List<String> environment() {
        return environment.isEmpty() ? List.of() : List.of(environment.split(","));
    }

    public String defaultValue() {
        return defaultValue;
    }

    public String valueLabel() {
        return valueLabel;
    }

    public String description() {
        return description;
    }
}
