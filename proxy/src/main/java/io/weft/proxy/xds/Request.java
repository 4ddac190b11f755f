package io.weft.proxy.xds;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is sent to the control plane, in either variant, without the node. */
sealed interface Request {

    String typeUrl();

    String nonce();

    /** Why the response with this nonce was rejected; null acknowledges it, or asks. */
    @Nullable
    String error();

    /**
     * {@code DiscoveryRequest}.
     *
     * @param names all that are wanted; empty asks for everything of a wildcard type
     */
    record StateOfTheWorld(
            String typeUrl,
            String version,
            String nonce,
            Set<String> names,
            @Nullable String error) implements Request {}

    /**
     * {@code DeltaDiscoveryRequest}.
     *
     * @param held name to version of what is already there; only in the first request of a type on a stream
     */
    record Delta(
            String typeUrl,
            String nonce,
            Set<String> subscribe,
            Set<String> unsubscribe,
            Map<String, String> held,
            @Nullable String error)
            implements Request {}
}
