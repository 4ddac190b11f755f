package io.weft.proxy.xds;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What happens to the protocol. All times are of a monotonic clock, in nanoseconds. */
sealed interface Event {

    /** A new stream is open and takes requests. */
    record Connected(long now) implements Event {}

    /**
     * @param version of a state-of-the-world response; a delta response has one per resource
     * @param removed names that no longer exist; always empty in state of the world
     */
    record Response(
            ResourceType type, String version, String nonce, List<Judged> resources, List<String> removed, long now)
            implements Event {
        public Response {
            resources = List.copyOf(resources);
            removed = List.copyOf(removed);
        }
    }

    /** A response of a type that this proxy never asks for. */
    record UnknownType(String url, String nonce) implements Event {}

    /** @param jitter drawn evenly from 0 (inclusive) to 1 (exclusive) */
    record StreamClosed(double jitter, Ending ending) implements Event {}

    /** What the proxy proves who it is by is there at last, or has been withdrawn: the stream is opened again, at once. */
    record CredentialsChanged() implements Event {}

    /** What is wanted by name, for every type that has names; a type that is missing is not wanted any more. */
    record SubscriptionsChanged(Map<ResourceType, Set<String>> names, long now) implements Event {
        public SubscriptionsChanged {
            names = Map.copyOf(names);
        }
    }

    /** Time has passed. */
    record Tick(long now) implements Event {}
}
