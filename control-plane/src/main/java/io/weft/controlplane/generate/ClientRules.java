package io.weft.controlplane.generate;

import io.weft.controlplane.model.DestinationRule;
import io.weft.controlplane.model.DestinationRule.TrafficPolicy;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which DestinationRule holds for a call: one of the client's namespace, else of the service's, else of a root namespace; within one
 * namespace the one with the most specific host. So a rule never changes how another namespace's clients call another's services.
 */
final class ClientRules {
    private final Mesh mesh;
    private final String clientNamespace;
    private final List<String> roots;

    /** @param clientNamespace may be empty, for the clients of all namespaces that have no rules of their own */
    ClientRules(Mesh mesh, String clientNamespace) {
        this.mesh = mesh;
        this.clientNamespace = clientNamespace;
        this.roots = mesh.settings().rootNamespaces().stream().sorted().toList();
    }

    TrafficPolicy policyFor(Service service, int servicePort) {
        String host = mesh.settings().hostOf(service);
        var namespaces = new ArrayList<String>(List.of(clientNamespace, service.namespace()));
        namespaces.addAll(roots);
        for (String namespace : namespaces) {
            if (mesh.destinationRulesIn(namespace).isEmpty()) {
                continue;
            }
            Optional<DestinationRule> rule = mesh.destinationRulesIn(namespace).stream()
                    .filter(candidate -> covers(candidate.host(), host))
                    .max(Comparator.comparingInt((DestinationRule r) -> specificity(r.host()))
                            // Of two with the same host the first by name: max takes the last of equals.
                            .thenComparing(DestinationRule::name, Comparator.reverseOrder()));
            if (rule.isPresent()) {
                return rule.get().policyFor(servicePort);
            }
        }
        return TrafficPolicy.DEFAULT;
    }

    private static int specificity(String ruleHost) {
        return ruleHost.startsWith("*") ? ruleHost.length() : Integer.MAX_VALUE;
    }

    private static boolean covers(String ruleHost, String host) {
        return ruleHost.startsWith("*") ? host.endsWith(ruleHost.substring(1)) : host.equals(ruleHost);
    }
}
