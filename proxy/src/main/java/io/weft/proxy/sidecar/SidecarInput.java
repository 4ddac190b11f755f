package io.weft.proxy.sidecar;

import java.util.List;
import java.util.Map;

/**
 * All that the options of a sidecar depend on.
 *
 * @param labelsFile text of the pod's labels as the downward API mounts them; empty for none
 * @param hostAddresses IP addresses of this host's interfaces, used only where the environment names none
 */
public record SidecarInput(
        Map<String, String> environment, SidecarFlags flags, String labelsFile, List<String> hostAddresses) {

    public SidecarInput {
        environment = Map.copyOf(environment);
        hostAddresses = List.copyOf(hostAddresses);
    }

    @Override
    public String toString() {
        // The environment may hold a join token.
        return "SidecarInput[" + environment.size() + " variables, " + flags + "]";
    }
}
