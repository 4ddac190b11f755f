package io.weft.controlplane.generate;

import io.weft.controlplane.model.AuthorizationPolicy;
import io.weft.controlplane.model.MtlsMode;
import io.weft.controlplane.model.Protocol;
import java.util.List;

/**
 * What a workload is called for, and by whom. Its addresses are not part of it, so that replicas have equal ones.
 *
 * @param ports in the order of their numbers
 * @param otherPorts the mode of ports that no service leads to
 * @param policies those that select the workload, in the order of their keys
 */
record Inbound(List<Port> ports, MtlsMode otherPorts, List<AuthorizationPolicy> policies) {
    /** @param served whether a service leads to it; if not, only its mode is special */
    record Port(int number, Protocol protocol, MtlsMode mode, boolean served) {}
}
