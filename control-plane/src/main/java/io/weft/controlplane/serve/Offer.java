package io.weft.controlplane.serve;

import io.weft.controlplane.generate.ResourceList;
import io.weft.controlplane.generate.ResourceSet;
import io.weft.controlplane.generate.ResourceType;
import java.util.List;

/**
 * All that one proxy is to have: what was generated from its view of the mesh, and the trust bundle, which is the same for all.
 *
 * @param secrets resources of type {@link ResourceType#SECRET} only; public trust anchors, never a key
 */
record Offer(ResourceSet mesh, ResourceSet secrets) {
    static final Offer NOTHING = new Offer(ResourceSet.of(List.of()), ResourceSet.of(List.of()));

    ResourceList resources(ResourceType type) {
        return part(type).resources(type);
    }

    String version(ResourceType type) {
        return part(type).version(type);
    }

    private ResourceSet part(ResourceType type) {
        return type == ResourceType.SECRET ? secrets : mesh;
    }
}
