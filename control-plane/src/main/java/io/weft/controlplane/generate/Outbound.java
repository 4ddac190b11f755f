package io.weft.controlplane.generate;

import java.util.List;

/**
 * What a proxy may call: the same value for all proxies of a namespace, and for most namespaces. Its hash is kept, because it is
 * asked for with every push and covers every endpoint of the mesh.
 */
final class Outbound {
    private final List<Object> services;
    private final int hash;

    Outbound(List<Object> services) {
        this.services = List.copyOf(services);
        this.hash = this.services.hashCode();
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Outbound outbound && hash == outbound.hash && services.equals(outbound.services));
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
