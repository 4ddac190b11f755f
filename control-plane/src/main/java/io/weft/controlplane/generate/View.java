package io.weft.controlplane.generate;

import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Mesh;
import java.util.List;
import java.util.Objects;

/**
 * Everything of a mesh that one proxy may see, and nothing else. It is the only input of {@link Generator}, so it is also the cache
 * key: equal views get equal resources, and a proxy whose view is equal to its last one need not be woken. Replicas of one workload
 * have equal views.
 */
public final class View {
    private final Outbound outbound;
    private final Inbound inbound;
    private final Surroundings surroundings;
    private final Reader reader;
    private final int hash;

    /** What the whole mesh and the pod's network have in common for all its traffic. */
    record Surroundings(String trustDomain, boolean accessLog, Families families) {}

    /** Which versions of IP the workload has an address of. */
    enum Families {
        V4,
        V6,
        BOTH
    }

    /** What the configuration is written for, with what only that kind depends on. */
    sealed interface Reader {
        record Sidecar() implements Reader {}

        /**
         * @param addresses where it may listen, besides all addresses at once
         * @param inMesh whether callers are told that it takes mutual TLS where its mode leaves that open
         */
        record Grpc(List<IpAddress> addresses, boolean inMesh) implements Reader {}
    }

    View(Outbound outbound, Inbound inbound, Surroundings surroundings, Reader reader) {
        this.outbound = outbound;
        this.inbound = inbound;
        this.surroundings = surroundings;
        this.reader = reader;
        this.hash = Objects.hash(outbound, inbound, surroundings, reader);
    }

    /** The view of one proxy; for many proxies use {@link Views}, which does the common part once. */
    public static View of(Mesh mesh, ProxyNode node) {
        return Views.of(mesh).view(node);
    }

    Outbound outbound() {
        return outbound;
    }

    Inbound inbound() {
        return inbound;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    Reader reader() {
        return reader;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof View view
                        && hash == view.hash
                        && surroundings.equals(view.surroundings)
                        && reader.equals(view.reader)
                        && inbound.equals(view.inbound)
                        && outbound.equals(view.outbound));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return "View of " + outbound.ports().size() + " outbound and "
                + inbound.ports().size() + " inbound ports";
    }
}
