package io.weft.init.options;

import io.weft.init.options.Options.BackendChoice;
import io.weft.init.options.Options.Inbound;
import io.weft.init.options.Options.Interfaces;
import io.weft.init.options.Options.Outbound;
import io.weft.init.options.Options.Owners;
import io.weft.init.options.Options.ProxyOwners;
import io.weft.init.options.Options.ProxyPorts;
import io.weft.init.options.Options.Run;
import io.weft.init.options.Options.Switch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Text of flags and environment variables to {@link Options}. A flag wins over the environment. */
public final class OptionsReader {
    private static final long MAX_ID = 4_294_967_294L;
    private static final long DEFAULT_PROXY_UID = 1337;
    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9._@-]{1,15}|[A-Za-z0-9._@-]{1,14}\\+");
    private static final Pattern DURATION = Pattern.compile("(?:(\\d+)m)?(?:(\\d+)s)?(?:(\\d+)ms)?");

    private final Map<Flag, String> flags;
    private final Map<String, String> environment;
    private final Accounts accounts;

    private OptionsReader(Map<Flag, String> flags, Map<String, String> environment, Accounts accounts) {
        this.flags = flags;
        this.environment = environment;
        this.accounts = accounts;
    }

    /**
     * Reads and checks.
     *
     * @param flags what stood on the command line, unchecked
     * @param environment the process' environment
     * @throws OptionException for a value that cannot be honoured
     */
    public static Options read(Map<Flag, String> flags, Map<String, String> environment, Accounts accounts) {
        return new OptionsReader(flags, environment, accounts).read();
    }

    private record Given(String name, String text) {}

    private Options read() {
        for (Flag flag : Flag.values()) {
            if (flag.kind() == Flag.Kind.REFUSED) {
                refuse(flag);
            }
        }
        Given mode = given(Flag.INTERCEPTION_MODE);
        if (!mode.text().equals("REDIRECT")) {
            throw new OptionException(
                    mode.name(), "'" + mode.text() + "' is not supported (expected REDIRECT; there is no TPROXY mode)");
        }
        List<Long> uids = proxyUids();
        List<Long> gids = ids(given(Flag.PROXY_GID), accounts::gid, "group");
        Options options = new Options(
                new ProxyPorts(port(Flag.ENVOY_PORT), port(Flag.INBOUND_CAPTURE_PORT), port(Flag.INBOUND_TUNNEL_PORT)),
                new ProxyOwners(uids, gids.isEmpty() ? uids : gids),
                new Inbound(
                        selection(Flag.INBOUND_PORTS, PortRange::parse),
                        list(Flag.LOCAL_EXCLUDE_PORTS, PortRange::parse)),
                outbound(),
                new Interfaces(
                        list(Flag.EXCLUDE_INTERFACES, OptionsReader::networkInterface),
                        list(Flag.KUBE_VIRT_INTERFACES, OptionsReader::networkInterface)),
                isOn(Flag.DROP_INVALID),
                run());
        checkPorts(options.ports());
        return options;
    }

    private void refuse(Flag flag) {
        Given value = given(flag);
        if (!value.text().isEmpty() && !value.text().equalsIgnoreCase("false")) {
            throw new OptionException(value.name(), "not supported: " + flag.description());
        }
    }

    private static void checkPorts(ProxyPorts ports) {
        if (ports.outbound() == ports.inbound()) {
            throw new OptionException(
                    Flag.INBOUND_CAPTURE_PORT.longName(),
                    "'" + ports.inbound() + "' is also " + Flag.ENVOY_PORT.longName() + " (expected two ports)");
        }
    }

    private List<Long> proxyUids() {
        List<Long> uids = ids(given(Flag.PROXY_UID), accounts::uid, "user");
        if (!uids.isEmpty()) {
            return uids;
        }
        return List.of(accounts.uid(given(Flag.ENVOY_USER).text()).orElse(DEFAULT_PROXY_UID));
    }

    private Outbound outbound() {
        Given loopback = given(Flag.IPV4_LOOPBACK_CIDR);
        Cidr loopbackRange = parse(loopback, loopback.text(), Cidr::parse);
        if (loopbackRange.isIpv6() || !loopbackRange.isLoopback()) {
            throw new OptionException(
                    loopback.name(), "'" + loopback.text() + "' is not within 127.0.0.0/8 (expected as 127.0.0.1/32)");
        }
        return new Outbound(
                selection(Flag.SERVICE_CIDR, Cidr::parse),
                list(Flag.SERVICE_EXCLUDE_CIDR, Cidr::parse),
                list(Flag.OUTBOUND_PORTS, PortRange::parse),
                list(Flag.OUTBOUND_EXCLUDE_PORTS, PortRange::parse),
                owners(Flag.OWNER_USERS, Flag.OWNER_USERS_EXCLUDE, accounts::uid, "user"),
                owners(Flag.OWNER_GROUPS, Flag.OWNER_GROUPS_EXCLUDE, accounts::gid, "group"),
                loopbackRange);
    }

    private Owners owners(Flag include, Flag exclude, Function<String, OptionalLong> lookup, String kind) {
        Given included = given(include);
        Selection<Long> selection = included.text().equals("*")
                ? new Selection.All<>()
                : new Selection.Listed<>(ids(included, lookup, kind));
        List<Long> excluded = ids(given(exclude), lookup, kind);
        if (!excluded.isEmpty() && selection instanceof Selection.Listed<Long>) {
            throw new OptionException(
                    given(exclude).name(), "cannot be combined with a list in " + included.name() + " (expected '*')");
        }
        return new Owners(selection, excluded);
    }

    private Run run() {
        Set<Switch> switches = EnumSet.noneOf(Switch.class);
        turnOn(switches, Flag.DRY_RUN, Switch.DRY_RUN);
        turnOn(switches, Flag.CLEANUP_ONLY, Switch.CLEANUP_ONLY);
        turnOn(switches, Flag.RECONCILE, Switch.RECONCILE);
        turnOn(switches, Flag.FORCE_APPLY, Switch.FORCE_APPLY);
        turnOn(switches, Flag.SKIP_RULE_APPLY, Switch.SKIP_RULE_APPLY);
        turnOn(switches, Flag.RUN_VALIDATION, Switch.RUN_VALIDATION);
        turnOn(switches, Flag.DUAL_STACK, Switch.REQUIRE_IPV6);
        return new Run(switches, backend(), port(Flag.IPTABLES_PROBE_PORT), duration(given(Flag.PROBE_TIMEOUT)));
    }

    private void turnOn(Set<Switch> switches, Flag flag, Switch choice) {
        if (isOn(flag)) {
            switches.add(choice);
        }
    }

    private BackendChoice backend() {
        Given binary = given(Flag.FORCE_IPTABLES_BINARY);
        if (isOn(Flag.NATIVE_NFTABLES)) {
            if (!binary.text().isEmpty()) {
                throw new OptionException(binary.name(), "cannot be combined with " + Flag.NATIVE_NFTABLES.longName());
            }
            return BackendChoice.NATIVE_NFT;
        }
        return switch (binary.text()) {
            case "" -> BackendChoice.AUTOMATIC;
            case "nft" -> BackendChoice.IPTABLES_NFT;
            case "legacy" -> BackendChoice.IPTABLES_LEGACY;
            default ->
                throw new OptionException(
                        binary.name(), "'" + binary.text() + "' is not a flavour of iptables (expected nft or legacy)");
        };
    }

    private Given given(Flag flag) {
        String value = flags.get(flag);
        if (value != null) {
            return new Given(flag.longName(), value.strip());
        }
        for (String name : flag.environment()) {
            String variable = environment.get(name);
            if (variable != null && (flag.kind() == Flag.Kind.LIST || !variable.isBlank())) {
                return new Given(name, variable.strip());
            }
        }
        return new Given(flag.longName(), flag.defaultValue());
    }

    private boolean isOn(Flag flag) {
        Given value = given(flag);
        return switch (value.text().toLowerCase(Locale.ROOT)) {
            case "true", "1", "t" -> true;
            case "false", "0", "f" -> false;
            default -> throw new OptionException(value.name(), "'" + value.text() + "' is not true or false");
        };
    }

    private int port(Flag flag) {
        Given value = given(flag);
        PortRange range = parse(value, value.text(), PortRange::parse);
        if (!range.isSingle()) {
            throw new OptionException(value.name(), "'" + value.text() + "' is a range (expected one port)");
        }
        return range.first();
    }

    private <T> Selection<T> selection(Flag flag, Function<String, T> parser) {
        Given value = given(flag);
        return value.text().equals("*") ? new Selection.All<>() : new Selection.Listed<>(items(value, parser));
    }

    private <T> List<T> list(Flag flag, Function<String, T> parser) {
        return items(given(flag), parser);
    }

    private static <T> List<T> items(Given value, Function<String, T> parser) {
        return split(value.text())
                .map(item -> parse(value, item, parser))
                .distinct()
                .toList();
    }

    private static Stream<String> split(String text) {
        return Stream.of(text.split(",")).map(String::strip).filter(item -> !item.isEmpty());
    }

    private static <T> T parse(Given value, String item, Function<String, T> parser) {
        try {
            return parser.apply(item);
        } catch (IllegalArgumentException e) {
            throw new OptionException(value.name(), String.valueOf(e.getMessage()));
        }
    }

    private static List<Long> ids(Given value, Function<String, OptionalLong> lookup, String kind) {
        List<Long> ids = new ArrayList<>();
        for (String item : split(value.text()).distinct().toList()) {
            ids.add(parse(value, item, text -> id(text, lookup, kind)));
        }
        return ids;
    }

    private static long id(String text, Function<String, OptionalLong> lookup, String kind) {
        if (text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            long id = Long.parseLong(text);
            if (id <= MAX_ID) {
                return id;
            }
        } else {
            OptionalLong id = lookup.apply(text);
            if (id.isPresent()) {
                return id.getAsLong();
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a " + kind + " of this system (expected a name or 0 to " + MAX_ID + ")");
    }

    private static String networkInterface(String text) {
        if (!INTERFACE.matcher(text).matches() || text.equals("+")) {
            throw new IllegalArgumentException("'" + text
                    + "' is not the name of an interface (expected up to 15 of A-Z a-z 0-9 . _ @ -, + last)");
        }
        return text;
    }

    private static Duration duration(Given value) {
        Matcher matcher = DURATION.matcher(value.text());
        if (value.text().isEmpty() || !matcher.matches()) {
            throw new OptionException(
                    value.name(), "'" + value.text() + "' is not a duration (expected as 5s, 500ms or 1m30s)");
        }
        Duration duration = Duration.ofMinutes(amount(matcher.group(1)))
                .plusSeconds(amount(matcher.group(2)))
                .plusMillis(amount(matcher.group(3)));
        if (duration.isZero() || duration.compareTo(Duration.ofHours(1)) > 0) {
            throw new OptionException(value.name(), "'" + value.text() + "' is not within 1ms to 60m");
        }
        return duration;
    }

    private static long amount(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits.length() > 9 ? "999999999" : digits);
    }
}
