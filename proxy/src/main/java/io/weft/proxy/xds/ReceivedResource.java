package io.weft.proxy.xds;

import io.weft.proxy.wire.Bytes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one resource, for {@code /config_dump}.
 *
 * @param version last accepted; empty for none
 * @param updated when it was accepted; null for never
 * @param body the accepted protobuf message; empty for none, and always for secrets
 * @param failure the last rejection since then; null for none
 */
public record ReceivedResource(
        ResourceType type,
        String name,
        String version,
        @Nullable Instant updated,
        Status status,
        Bytes body,
        @Nullable Failure failure) {

    /** Envoy's {@code ClientResourceStatus}. */
    public enum Status {
        REQUESTED,
        DOES_NOT_EXIST,
        ACKED,
        NACKED
    }

    /** @param details the field's path and what was expected */
    public record Failure(String version, String details, Instant at) {}
}
