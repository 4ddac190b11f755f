package io.weft.controlplane.source;

import io.weft.controlplane.model.ClientTls;
import io.weft.controlplane.model.DestinationRule;
import io.weft.controlplane.model.DestinationRule.LoadBalancer;
import io.weft.controlplane.model.DestinationRule.TrafficPolicy;
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
