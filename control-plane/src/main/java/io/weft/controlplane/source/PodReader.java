package io.weft.controlplane.source;

import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.Workload;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code v1/Pod}. Most of a pod speaks to the kubelet: those fields are known by name and tolerated, so that a misspelt
 * {@code serviceAccountName} is still refused.
 */
final class PodReader {
    /** Where the addresses of a pod that no kubelet reports on stand, separated by commas. */
    static final String ADDRESSES = "weft.io/addresses";

    private static final List<String> SPEC = List.of(
            ("activeDeadlineSeconds affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks "
                            + "ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers hostname imagePullSecrets "
                            + "nodeName nodeSelector os overhead preemptionPolicy priority priorityClassName readinessGates "
                            + "resourceClaims resources restartPolicy runtimeClassName schedulerName schedulingGates "
                            + "securityContext setHostnameAsFQDN shareProcessNamespace subdomain "
                            + "terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes")
                    .split(" "));
    private static final List<String> CONTAINER = List.of(
            ("args command env envFrom image imagePullPolicy lifecycle livenessProbe readinessProbe resizePolicy resources "
                            + "restartPolicy securityContext startupProbe stdin stdinOnce terminationMessagePath "
                            + "terminationMessagePolicy tty volumeDevices volumeMounts workingDir")
                    .split(" "));

    private PodReader() {}

    static Workload read(Metadata metadata, Fields object) {
        var ports = new HashMap<String, Integer>();
        String account =
                object.take("spec").map(value -> spec(value.fields(), ports)).orElse("default");
        var addresses = new LinkedHashSet<IpAddress>();
        Health health = object.take("status")
                .map(value -> status(value.fields(), addresses))
                .orElse(Health.HEALTHY);
        String annotated = metadata.annotations().get(ADDRESSES);
        if (annotated != null) {
            for (String part : annotated.split(",")) {
                try {
                    addresses.add(IpAddress.of(part.strip()));
                } catch (IllegalArgumentException e) {
                    object.refuse("metadata.annotations[" + ADDRESSES + "]: " + e.getMessage());
                }
            }
        }
        return new Workload(
                Kind.POD,
                metadata.namespace(),
                metadata.name(),
                List.copyOf(addresses),
                account,
                metadata.labels(),
                ports,
                metadata.deleting() && health == Health.HEALTHY ? Health.DRAINING : health,
                Localities.of(metadata.labels()),
                1,
                Sidecars.present(metadata));
    }

    private static String spec(Fields spec, Map<String, Integer> ports) {
        // The older name of the same field, which the API server always writes beside the new one.
        String older = spec.take("serviceAccount")
                .flatMap(value -> value.parsed(Names::subdomain))
                .orElse("default");
        String account = spec.take("serviceAccountName")
                .flatMap(value -> value.parsed(Names::subdomain))
                .orElse(older);
        for (String field : List.of("containers", "initContainers")) {
            for (Value container : spec.items(field)) {
                Fields fields = container.fields();
                for (Value port : fields.items("ports")) {
                    port(port.fields(), ports);
                }
                fields.tolerate("name");
                fields.tolerate(CONTAINER);
                fields.finish();
            }
        }
        spec.tolerate(SPEC);
        spec.finish();
        return account;
    }

    private static void port(Fields port, Map<String, Integer> ports) {
        int number = port.need("containerPort").map(Value::port).orElse(1);
        port.take("name")
                .flatMap(value -> value.parsed(Names::label))
                .ifPresent(name -> ports.putIfAbsent(name, number));
        port.tolerate("protocol", "hostPort", "hostIP");
        port.finish();
    }

    private static Health status(Fields status, Set<IpAddress> addresses) {
        status.take("podIP").flatMap(value -> value.parsed(IpAddress::of)).ifPresent(addresses::add);
        for (Value value : status.items("podIPs")) {
            value.fields().need("ip").flatMap(ip -> ip.parsed(IpAddress::of)).ifPresent(addresses::add);
        }
        String phase = status.string("phase", "Running");
        if (phase.equals("Succeeded") || phase.equals("Failed")) {
            // Its addresses may belong to another pod by now.
            addresses.clear();
            return Health.UNHEALTHY;
        }
        for (Value value : status.items("conditions")) {
            Fields condition = value.fields();
            if (condition.string("type", "").equals("Ready")
                    && !condition.string("status", "").equals("True")) {
                return Health.UNHEALTHY;
            }
        }
        return Health.HEALTHY;
    }
}
