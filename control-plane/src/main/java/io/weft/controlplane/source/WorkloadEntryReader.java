package io.weft.controlplane.source;

import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.Locality;
import io.weft.controlplane.model.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads Istio's {@code WorkloadEntry}: a workload outside Kubernetes. */
final class WorkloadEntryReader {
    private WorkloadEntryReader() {}

    static Workload read(Metadata metadata, Fields object) {
        Optional<Fields> spec = object.need("spec").map(Value::fields);
        List<IpAddress> addresses = spec.flatMap(fields -> fields.need("address"))
                .flatMap(value -> value.parsed(IpAddress::of))
                .map(List::of)
                .orElse(List.of());
        Map<String, Integer> ports = spec.flatMap(fields -> fields.take("ports"))
                .map(value -> value.map(Value::port))
                .orElse(Map.of());
        var labels = new HashMap<>(metadata.labels());
        spec.ifPresent(fields -> labels.putAll(fields.strings("labels")));
        String account = spec.flatMap(fields -> fields.take("serviceAccount"))
                .flatMap(value -> value.parsed(Names::subdomain))
                .orElse("default");
        int weight = spec.flatMap(fields -> fields.take("weight"))
                .map(value -> value.integer(0, 1_000_000))
                .orElse(1);
        Locality locality = spec.flatMap(fields -> fields.take("locality"))
                .flatMap(value -> value.parsed(Localities::parse))
                .orElseGet(() -> Localities.of(labels));
        spec.ifPresent(Fields::finish);
        return new Workload(
                Kind.WORKLOAD_ENTRY,
                metadata.namespace(),
                metadata.name(),
                addresses,
                account,
                labels,
                ports,
                Health.HEALTHY,
                locality,
                // Istio: "If unspecified or 0, a default weight of 1".
                Math.max(weight, 1),
                Sidecars.present(labels, metadata.annotations()));
    }
}
