package io.weft.controlplane.generate;

import io.weft.controlplane.model.Mesh;

/**
 * Everything of a mesh that one proxy may see, and nothing else. It is the only input of {@link Generator}, so it is also the cache
 * key: equal views get equal resources, and a proxy whose view is equal to its last one need not be woken. Replicas of one workload
 * have equal views.
 */
public final class View {
    private final Outbound outbound;

    View(Outbound outbound) {
        this.outbound = outbound;
    }

    /** The view of one proxy; for many proxies use {@link Views}, which does the common part once. */
    public static View of(Mesh mesh, ProxyNode node) {
        return Views.of(mesh).view(node);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof View view && outbound.equals(view.outbound));
    }

    @Override
    public int hashCode() {
        return outbound.hashCode();
    }
}
