package io.weft.controlplane.source;

import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Protocol;
import io.weft.controlplane.model.Service;
import io.weft.controlplane.model.ServicePort;
import io.weft.controlplane.model.TargetPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads {@code v1/Service}. */
final class ServiceReader {
    /** Where servers speak first; taken for TCP when undeclared, as Istio does, so that nobody waits for the client's bytes. */
    private static final Set<Integer> SERVER_FIRST = Set.of(25, 53, 3306, 27017);

    private static final Map<String, Protocol> PROTOCOLS = Map.ofEntries(
            Map.entry("http", Protocol.HTTP),
            Map.entry("http1", Protocol.HTTP),
            Map.entry("http_proxy", Protocol.HTTP),
            Map.entry("kubernetes.io/ws", Protocol.HTTP),
            Map.entry("http2", Protocol.HTTP2),
            Map.entry("grpc", Protocol.HTTP2),
            Map.entry("grpc-web", Protocol.HTTP2),
            Map.entry("kubernetes.io/h2c", Protocol.HTTP2),
            Map.entry("https", Protocol.TCP),
            Map.entry("kubernetes.io/wss", Protocol.TCP),
            Map.entry("tls", Protocol.TCP),
            Map.entry("tcp", Protocol.TCP),
            Map.entry("mongo", Protocol.TCP),
            Map.entry("redis", Protocol.TCP),
            Map.entry("mysql", Protocol.TCP));

    private ServiceReader() {}

    static Service read(Metadata metadata, Fields object) {
        Names.checkLabel(metadata.name(), object);
        Value specValue = object.need("spec").orElse(null);
        if (specValue == null) {
            return new Service(metadata.namespace(), metadata.name(), Map.of(), List.of(), List.of(), false);
        }
        Fields spec = specValue.fields();
        spec.take("type")
                .ifPresent(type -> type.oneOf(Map.of("ClusterIP", true, "NodePort", true, "LoadBalancer", true)));
        spec.take("sessionAffinity").ifPresent(value -> value.oneOf(Map.of("None", true)));
        spec.take("internalTrafficPolicy").ifPresent(value -> value.oneOf(Map.of("Cluster", true)));
        Map<String, String> selector = spec.strings("selector");
        List<IpAddress> addresses = addresses(spec);
        boolean publishNotReady = spec.bool("publishNotReadyAddresses", false);
        List<ServicePort> ports = ports(spec.need("ports").map(Value::someItems).orElse(List.of()));
        // What is said to the cloud, to kube-proxy about traffic from outside, or again by clusterIPs.
        spec.tolerate(
                "ipFamilies",
                "ipFamilyPolicy",
                "externalTrafficPolicy",
                "healthCheckNodePort",
                "allocateLoadBalancerNodePorts",
                "loadBalancerClass",
                "loadBalancerIP",
                "loadBalancerSourceRanges");
        spec.finish();
        return new Service(metadata.namespace(), metadata.name(), selector, addresses, ports, publishNotReady);
    }

    private static List<IpAddress> addresses(Fields spec) {
        var addresses = new LinkedHashSet<IpAddress>();
        spec.take("clusterIP").ifPresent(value -> addAddress(value, addresses));
        spec.items("clusterIPs").forEach(value -> addAddress(value, addresses));
        return List.copyOf(addresses);
    }

    private static void addAddress(Value value, Set<IpAddress> addresses) {
        boolean none = value.node() instanceof YamlNode.Scalar scalar
                && (scalar.text().equals("None") || scalar.text().isEmpty());
        if (!none) {
            value.parsed(IpAddress::of).ifPresent(addresses::add);
        }
    }

    private static List<ServicePort> ports(List<Value> items) {
        var ports = new ArrayList<ServicePort>();
        var names = new HashSet<String>();
        var numbers = new HashSet<Integer>();
        for (Value item : items) {
            Fields fields = item.fields();
            String name =
                    fields.take("name").flatMap(v -> v.parsed(Names::label)).orElse("");
            int number = fields.need("port").map(Value::port).orElse(1);
            TargetPort target =
                    fields.take("targetPort").map(ServiceReader::target).orElse(new TargetPort.Numbered(number));
            boolean tcp = fields.take("protocol")
                    .flatMap(v -> v.oneOf(Map.of("TCP", true, "UDP", false, "SCTP", false)))
                    .orElse(true);
            String appProtocol = fields.string("appProtocol", "");
            fields.tolerate("nodePort");
            fields.finish();
            if (items.size() > 1 && name.isEmpty()) {
                item.refuse("needs a name, because the service has several ports");
            } else if (!names.add(name)) {
                item.refuse("name '" + name + "' is already that of another port");
            }
            if (tcp && !numbers.add(number)) {
                item.refuse("port " + number + " is already there");
            }
            Protocol protocol = protocol(appProtocol, name, number);
            // Only TCP is captured: other ports stay out of the mesh, and work as without it.
            if (tcp && !isUdp(appProtocol, name)) {
                ports.add(new ServicePort(name, number, target, protocol));
            }
        }
        return ports;
    }

    static TargetPort target(Value value) {
        if (value.isNumber()) {
            return new TargetPort.Numbered(value.port());
        }
        return new TargetPort.Named(value.parsed(Names::label).orElse(""));
    }

    /** Istio's selection of a protocol: {@code appProtocol}, else the port's name up to the first dash. */
    static Protocol protocol(String appProtocol, String name, int port) {
        if (!appProtocol.isEmpty()) {
            return PROTOCOLS.getOrDefault(appProtocol.toLowerCase(Locale.ROOT), Protocol.UNDECLARED);
        }
        if (name.equals("grpc-web") || name.startsWith("grpc-web-")) {
            return Protocol.HTTP2;
        }
        int dash = name.indexOf('-');
        Protocol byName = PROTOCOLS.getOrDefault(dash < 0 ? name : name.substring(0, dash), Protocol.UNDECLARED);
        return byName == Protocol.UNDECLARED && SERVER_FIRST.contains(port) ? Protocol.TCP : byName;
    }

    private static boolean isUdp(String appProtocol, String name) {
        return appProtocol.isEmpty() ? name.equals("udp") || name.startsWith("udp-") : appProtocol.equals("udp");
    }
}
