package io.weft.controlplane.model;

import java.util.Map;

/** A Kubernetes Namespace. */
public record Namespace(String name, Map<String, String> labels) implements MeshObject {
    public Namespace {
        labels = Map.copyOf(labels);
    }

    @Override
    public ObjectKey key() {
        return new ObjectKey(Kind.NAMESPACE, "", name);
    }
}
