package io.weft.controlplane.source;

import io.weft.controlplane.model.EndpointSlice;
import io.weft.controlplane.model.EndpointSlice.SliceEndpoint;
import io.weft.controlplane.model.EndpointSlice.SlicePort;
import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads {@code discovery.k8s.io/v1/EndpointSlice}. */
final class EndpointSliceReader {
    private static final String SERVICE_LABEL = "kubernetes.io/service-name";

    private EndpointSliceReader() {}

    static EndpointSlice read(Metadata metadata, Fields object, Findings findings) {
        String service = metadata.labels().getOrDefault(SERVICE_LABEL, "");
        if (service.isEmpty()) {
            findings.add(object.line(), "metadata.labels[" + SERVICE_LABEL + "]", "is missing: it names the service");
        }
        boolean v6 = object.need("addressType")
                .flatMap(value -> value.oneOf(Map.of("IPv4", false, "IPv6", true)))
                .orElse(false);
        var endpoints = new ArrayList<SliceEndpoint>();
        for (Value item : object.items("endpoints")) {
            endpoints.add(endpoint(item.fields(), v6));
        }
        var ports = new ArrayList<SlicePort>();
        for (Value item : object.items("ports")) {
            port(item.fields(), ports);
        }
        return new EndpointSlice(metadata.namespace(), metadata.name(), service, endpoints, ports);
    }

    private static SliceEndpoint endpoint(Fields fields, boolean v6) {
        var addresses = new ArrayList<IpAddress>();
        for (Value value : fields.need("addresses").map(Value::someItems).orElse(List.of())) {
            value.parsed(IpAddress::of).ifPresent(address -> {
                if (address.isV6() != v6) {
                    value.refuse("expected an address of version " + (v6 ? 6 : 4) + " as addressType says, found "
                            + address);
                }
                addresses.add(address);
            });
        }
        Health health =
                fields.take("conditions").map(value -> health(value.fields())).orElse(Health.HEALTHY);
        String zone = fields.string("zone", "");
        String pod = fields.take("targetRef").map(value -> pod(value.fields())).orElse("");
        fields.tolerate("hostname", "nodeName", "hints", "deprecatedTopology");
        fields.finish();
        return new SliceEndpoint(addresses, health, zone, pod);
    }

    /** An absent condition is to be read as true, except terminating. */
    private static Health health(Fields conditions) {
        boolean ready = conditions.bool("ready", true);
        boolean serving = conditions.bool("serving", ready);
        boolean terminating = conditions.bool("terminating", false);
        conditions.finish();
        if (ready) {
            return Health.HEALTHY;
        }
        return terminating && serving ? Health.DRAINING : Health.UNHEALTHY;
    }

    private static String pod(Fields ref) {
        String kind = ref.string("kind", "");
        String name = ref.string("name", "");
        ref.tolerate("namespace", "uid", "apiVersion", "resourceVersion", "fieldPath");
        ref.finish();
        return kind.equals("Pod") ? name : "";
    }

    private static void port(Fields fields, List<SlicePort> into) {
        String name = fields.string("name", "");
        int number = fields.need("port").map(Value::port).orElse(1);
        boolean tcp = fields.take("protocol")
                .flatMap(v -> v.oneOf(Map.of("TCP", true, "UDP", false, "SCTP", false)))
                .orElse(true);
        // The service's port declares the protocol; a second word here could only disagree.
        fields.tolerate("appProtocol");
        fields.finish();
        if (tcp) {
            into.add(new SlicePort(name, number));
        }
    }
}
