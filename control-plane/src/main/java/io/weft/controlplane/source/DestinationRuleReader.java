package io.weft.controlplane.source;

import io.weft.controlplane.model.ClientTls;
import io.weft.controlplane.model.DestinationRule;
import io.weft.controlplane.model.DestinationRule.LoadBalancer;
import io.weft.controlplane.model.DestinationRule.TrafficPolicy;
import io.weft.controlplane.source.Reading.StandIn;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads Istio's {@code DestinationRule}, of which the simple load balancers and TLS are supported. */
final class DestinationRuleReader {
    private static final Map<String, LoadBalancer> BALANCERS = Map.of(
            "UNSPECIFIED", LoadBalancer.LEAST_REQUEST,
            "LEAST_CONN", LoadBalancer.LEAST_REQUEST,
            "LEAST_REQUEST", LoadBalancer.LEAST_REQUEST,
            "ROUND_ROBIN", LoadBalancer.ROUND_ROBIN,
            "RANDOM", LoadBalancer.RANDOM);
    private static final Pattern HOST = Pattern.compile("\\*|(\\*\\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    private DestinationRuleReader() {}

    static DestinationRule read(Metadata metadata, Fields object, String clusterDomain) {
        Optional<Fields> spec = object.need("spec").map(Value::fields);
        String host = spec.flatMap(fields -> fields.need("host"))
                .flatMap(value -> value.parsed(text -> host(text, metadata.namespace(), clusterDomain)))
                .orElse("*");
        Optional<Fields> policy =
                spec.flatMap(fields -> fields.take("trafficPolicy")).map(Value::fields);
        TrafficPolicy whole = policy.map(DestinationRuleReader::policy).orElse(TrafficPolicy.DEFAULT);
        var ports = new LinkedHashMap<Integer, TrafficPolicy>();
        policy.flatMap(fields -> fields.take("portLevelSettings")).ifPresent(list -> {
            for (Value item : list.items()) {
                Fields fields = item.fields();
                int port = fields.need("port")
                        .map(DestinationRuleReader::portNumber)
                        .orElse(1);
                if (ports.put(port, policy(fields)) != null) {
                    item.refuse("port " + port + " is already there");
                }
                fields.finish();
            }
        });
        policy.ifPresent(Fields::finish);
        spec.ifPresent(Fields::finish);
        return new DestinationRule(metadata.namespace(), metadata.name(), host, whole, ports);
    }

    private static int portNumber(Value value) {
        Fields fields = value.fields();
        int number = fields.need("number").map(Value::port).orElse(1);
        fields.finish();
        return number;
    }

    private static TrafficPolicy policy(Fields fields) {
        LoadBalancer balancer = fields.take("loadBalancer")
                .flatMap(value -> {
                    Fields inner = value.fields();
                    Optional<LoadBalancer> simple = inner.need("simple").flatMap(word -> word.oneOf(BALANCERS));
                    inner.finish();
                    return simple;
                })
                .orElse(TrafficPolicy.DEFAULT.loadBalancer());
        ClientTls tls = fields.take("tls")
                .flatMap(value -> ClientTlsReader.read(value.fields()))
                .orElse(TrafficPolicy.DEFAULT.tls());
        return new TrafficPolicy(balancer, tls);
    }

    /**
     * For a refused rule that asks for TLS with a server outside of the mesh: without any rule it would be called in plaintext. Read anew,
     * as far as it can be, with findings of its own.
     */
    static Optional<StandIn> standIn(Metadata metadata, Fields object, String clusterDomain) {
        Optional<Fields> spec = salvaged(object.take("spec"));
        Optional<String> host = spec.flatMap(fields -> fields.take("host"))
                .flatMap(value -> new Value(value.node(), value.path(), new Findings())
                        .parsed(text -> host(text, metadata.namespace(), clusterDomain)));
        Optional<Fields> policy = spec.flatMap(fields -> salvaged(fields.take("trafficPolicy")));
        TrafficPolicy whole = policy.map(DestinationRuleReader::closed).orElse(TrafficPolicy.DEFAULT);
        var ports = new LinkedHashMap<Integer, TrafficPolicy>();
        policy.flatMap(fields -> fields.take("portLevelSettings"))
                .filter(list -> list.node() instanceof YamlNode.Sequence)
                .ifPresent(list -> list.items()
                        .forEach(item -> salvaged(Optional.of(item))
                                .ifPresent(fields -> salvaged(fields.take("port"))
                                        .flatMap(port -> port.take("number"))
                                        .filter(Value::isNumber)
                                        .ifPresent(number -> ports.put(number.port(), closed(fields))))));
        boolean closes = whole.tls().equals(ClientTls.CLOSED)
                || ports.values().stream().anyMatch(port -> port.tls().equals(ClientTls.CLOSED));
        return host.filter(known -> closes)
                .map(known -> new StandIn(
                        new DestinationRule(metadata.namespace(), metadata.name(), known, whole, ports),
                        "until it is corrected, what it wants TLS mode SIMPLE or MUTUAL for is not called"));
    }

    private static Optional<Fields> salvaged(Optional<Value> value) {
        return value.filter(mapping -> mapping.node() instanceof YamlNode.Mapping)
                .map(mapping -> new Value(mapping.node(), mapping.path(), new Findings()).fields());
    }

    private static TrafficPolicy closed(Fields policy) {
        return salvaged(policy.take("tls")).filter(ClientTlsReader::originates).isPresent()
                ? new TrafficPolicy(TrafficPolicy.DEFAULT.loadBalancer(), ClientTls.CLOSED)
                : TrafficPolicy.DEFAULT;
    }

    /** As Istio reads it: without a dot it is a service of the rule's namespace; {@code a.b} stays what it is. */
    private static String host(String text, String namespace, String clusterDomain) {
        String host = text.toLowerCase(Locale.ROOT);
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    "'" + Findings.shorten(text) + "' is not a host: expected a name, *.suffix or *");
        }
        return host.indexOf('.') >= 0 || host.equals("*") ? host : host + "." + namespace + ".svc." + clusterDomain;
    }
}
