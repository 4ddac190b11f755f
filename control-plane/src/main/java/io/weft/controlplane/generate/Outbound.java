package io.weft.controlplane.generate;

import java.util.List;

/**
 * What a proxy may call: the same value for all proxies of a namespace, and for most namespaces. Its hash is kept, because it is
 * asked for with every push and covers every endpoint of the mesh.
 */
final class Outbound {
    private final List<OutboundPort> ports;
    private final int hash;

    Outbound(List<OutboundPort> ports) {
        this.ports = List.copyOf(ports);
        this.hash = this.ports.hashCode();
    }

    List<OutboundPort> ports() {
        return ports;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Outbound outbound && hash == outbound.hash && ports.equals(outbound.ports));
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
