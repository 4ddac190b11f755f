package io.weft.controlplane.generate;

import java.util.List;

/**
 * Makes a proxy's resources of its view, and of nothing else. Resources that several proxies get are encoded once and shared, as long
 * as the bounded cache holds them. Safe for use by several threads.
 */
public final class Generator {
    /** @param cachedResources how many encoded resources are kept for sharing at most */
    public Generator(int cachedResources) {}

    public ResourceSet generate(View view) {
        return ResourceSet.of(List.of());
    }
}
