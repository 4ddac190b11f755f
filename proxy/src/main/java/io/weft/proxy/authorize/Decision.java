package io.weft.proxy.authorize;

import org.jspecify.annotations.Nullable;

/** What became of a connection or request, and by which policy. */
public sealed interface Decision {

    /** @param policy the policy that allowed it; null where there are no rules, or only ones that refuse */
    record Allowed(@Nullable String policy) implements Decision {}

    /**
     * Closes a connection; answers a request with 403.
     *
     * @param policy the policy that refused it, {@link #NO_POLICY} or {@link #ERROR}
     */
    record Denied(String policy) implements Decision {
        /** There are policies that allow, and none of them matched. */
        public static final String NO_POLICY = "none";

        /** The rules could not be judged to their end; the log says why. */
        public static final String ERROR = "error";
    }
}
