package io.weft.controlplane.source;

import io.weft.controlplane.model.AuthorizationPolicy;
import io.weft.controlplane.model.AuthorizationPolicy.Action;
import io.weft.controlplane.model.AuthorizationPolicy.Operation;
import io.weft.controlplane.model.AuthorizationPolicy.Rule;
import io.weft.controlplane.model.AuthorizationPolicy.ServiceAccount;
import io.weft.controlplane.model.AuthorizationPolicy.Source;
import io.weft.controlplane.model.AuthorizationPolicy.Values;
import io.weft.controlplane.model.Cidr;
import io.weft.controlplane.model.StringMatch;
import io.weft.controlplane.source.Reading.StandIn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads Istio's {@code AuthorizationPolicy} with the actions ALLOW and DENY. */
final class AuthorizationPolicyReader {
    private static final Map<String, Action> ACTIONS = Map.of("ALLOW", Action.ALLOW, "DENY", Action.DENY);
    private static final Map<String, Optional<Action>> STAND_IN_ACTIONS =
            Map.of("ALLOW", Optional.of(Action.ALLOW), "DENY", Optional.of(Action.DENY), "AUDIT", Optional.empty());
    private static final int MAX_RULES = 512;

    private AuthorizationPolicyReader() {}

    static AuthorizationPolicy read(Metadata metadata, Fields object) {
        Optional<Fields> spec = object.take("spec").map(Value::fields);
        Map<String, String> selector = spec.map(Selectors::read).orElse(Map.of());
        Action action = spec.flatMap(fields -> fields.take("action"))
                .flatMap(value -> value.oneOf(ACTIONS))
                .orElse(Action.ALLOW);
        var rules = new ArrayList<Rule>();
        spec.flatMap(fields -> fields.take("rules")).ifPresent(list -> {
            List<Value> items = list.items();
            if (items.size() > MAX_RULES) {
                list.refuse("has " + items.size() + " rules, at most " + MAX_RULES + " are allowed");
            } else {
                items.forEach(item -> rules.add(rule(item.fields(), metadata.namespace())));
            }
        });
        spec.ifPresent(Fields::finish);
        if (action == Action.DENY && rules.isEmpty()) {
            object.refuse("spec.rules: a DENY policy without a rule never denies; use rules: [{}] to deny everything");
        }
        return new AuthorizationPolicy(metadata.namespace(), metadata.name(), selector, action, rules);
    }

    private static Rule rule(Fields fields, String namespace) {
        var from = new ArrayList<Source>();
        for (Value item : fields.takeWhole("from").map(Value::someItems).orElse(List.of())) {
            Fields outer = item.fields();
            outer.need("source").ifPresent(value -> from.add(source(value, namespace)));
            outer.finish();
        }
        var to = new ArrayList<Operation>();
        for (Value item : fields.takeWhole("to").map(Value::someItems).orElse(List.of())) {
            Fields outer = item.fields();
            outer.need("operation").ifPresent(value -> to.add(operation(value)));
            outer.finish();
        }
        fields.finish();
        return new Rule(from, to);
    }

    private static Source source(Value value, String namespace) {
        int before = value.findings().size();
        Fields fields = value.fields();
        var source = new Source(
                values(fields, "principals", "notPrincipals", AuthorizationPolicyReader::principal),
                values(fields, "namespaces", "notNamespaces", StringMatch::of),
                values(fields, "serviceAccounts", "notServiceAccounts", text -> account(text, namespace)),
                values(fields, "ipBlocks", "notIpBlocks", Cidr::of),
                values(fields, "remoteIpBlocks", "notRemoteIpBlocks", Cidr::of));
        fields.finish();
        // An empty source would match everyone: nobody who writes one means that.
        if (source.isEmpty() && value.findings().size() == before) {
            value.refuse("must say something");
        }
        return source;
    }

    private static Operation operation(Value value) {
        int before = value.findings().size();
        Fields fields = value.fields();
        var operation = new Operation(
                values(fields, "hosts", "notHosts", StringMatch::of),
                values(fields, "ports", "notPorts", AuthorizationPolicyReader::port),
                values(fields, "methods", "notMethods", StringMatch::of),
                values(fields, "paths", "notPaths", AuthorizationPolicyReader::path));
        fields.finish();
        if (operation.isEmpty() && value.findings().size() == before) {
            value.refuse("must say something");
        }
        return operation;
    }

    private static <T> Values<T> values(Fields fields, String any, String none, Function<String, T> reader) {
        return new Values<>(list(fields, any, reader), list(fields, none, reader));
    }

    private static <T> List<T> list(Fields fields, String name, Function<String, T> reader) {
        var result = new ArrayList<T>();
        for (Value item : fields.takeWhole(name).map(Value::someItems).orElse(List.of())) {
            item.parsed(reader).ifPresent(result::add);
        }
        return result;
    }

    private static StringMatch principal(String text) {
        if (text.startsWith("spiffe://")) {
            throw new IllegalArgumentException(
                    "'" + Findings.shorten(text) + "': a principal is written without spiffe://, as in td/ns/NS/sa/SA");
        }
        return StringMatch.of(text);
    }

    private static StringMatch path(String text) {
        if (text.indexOf('{') >= 0) {
            throw new IllegalArgumentException("'" + Findings.shorten(text) + "': path templates are not supported");
        }
        return StringMatch.of(text);
    }

    private static Integer port(String text) {
        if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > 65535) {
            throw new IllegalArgumentException(
                    "expected a port from \"1\" to \"65535\", found '" + Findings.shorten(text) + "'");
        }
        return Integer.valueOf(text);
    }

    private static ServiceAccount account(String text, String namespace) {
        int slash = text.indexOf('/');
        String owner = slash < 0 ? namespace : text.substring(0, slash);
        return new ServiceAccount(Names.label(owner), Names.subdomain(text.substring(slash + 1)));
    }

    /** None for Istio's AUDIT, which never refused anything. */
    static Optional<StandIn> standIn(Metadata metadata, Fields object) {
        // Read anew, with findings of its own: only an action that surely says ALLOW may leave other ALLOW policies in
        // force.
        var findings = new Findings();
        Optional<Optional<Action>> action = object.take("spec")
                .filter(value -> value.node() instanceof YamlNode.Mapping)
                .flatMap(value ->
                        new Value(value.node(), value.path(), findings).fields().take("action"))
                .flatMap(value -> value.oneOf(STAND_IN_ACTIONS))
                .or(() -> findings.isEmpty() ? Optional.of(Optional.of(Action.ALLOW)) : Optional.empty());
        if (action.filter(Optional::isEmpty).isPresent()) {
            return Optional.empty();
        }
        boolean allow =
                action.flatMap(known -> known).filter(Action.ALLOW::equals).isPresent();
        return Optional.of(new StandIn(
                new AuthorizationPolicy(
                        metadata.namespace(),
                        metadata.name(),
                        Selectors.salvage(object),
                        allow ? Action.ALLOW : Action.DENY,
                        allow ? List.of() : List.of(new Rule(List.of(), List.of()))),
                allow
                        ? "until it is corrected, it allows nothing to what it selects"
                        : "until it is corrected, everything to what it selects is denied"));
    }
}
