package io.weft.proxy.sidecar;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What may be said on the command line instead of in the environment; null where nothing was said.
 *
 * @param role {@code sidecar} or {@code router}, the first part of the node id
 * @param domain DNS domain of the workload, such as {@code shop.svc.cluster.local}
 * @param concurrency event loops; 0 for one per core granted
 * @param joinTokenFile a file with a join token, read when it is needed
 * @param outputCerts folder in which key and certificate are kept for the next start
 */
public record SidecarFlags(
        String role,
        @Nullable String domain,
        @Nullable String serviceCluster,
        @Nullable String discoveryAddress,
        @Nullable Integer concurrency,
        @Nullable Duration drainDuration,
        @Nullable String joinTokenFile,
        @Nullable String outputCerts) {

    public static final SidecarFlags NONE = new SidecarFlags("sidecar", null, null, null, null, null, null, null);
}
