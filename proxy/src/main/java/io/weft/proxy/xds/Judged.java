package io.weft.proxy.xds;

import io.weft.proxy.wire.Bytes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One resource of a response after its parser has looked at it. */
sealed interface Judged {

    /** Empty only for a rejected resource that could not even be named. */
    String name();

    String version();

    /**
     * @param bytes as received, for the admin interface; empty for secrets
     * @param ttl after which the resource is gone unless it is sent or confirmed again; null for never
     */
    record Accepted(
            String name,
            String version,
            Resource resource,
            Bytes bytes,
            @Nullable Duration ttl) implements Judged {}

    /** @param reason the field's path and what was expected */
    record Rejected(String name, String version, String reason) implements Judged {}

    /** A confirmation without a body: the time to live starts again. */
    record Heartbeat(String name, String version, Duration ttl) implements Judged {}
}
