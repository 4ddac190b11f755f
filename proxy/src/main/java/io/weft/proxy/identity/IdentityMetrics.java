package io.weft.proxy.identity;

import java.time.Instant;

/** What is counted of an identity. Called on the thread of the identity. */
public interface IdentityMetrics {

    IdentityMetrics NONE = new IdentityMetrics() {};

    /** A certificate was asked for. */
    default void requested() {}

    /** A certificate is in use from now on. */
    default void installed(Instant notAfter) {}

    /** A certificate could not be had, or could not be used. */
    default void failed() {}

    /** The last certificate is over and there is no other: handshakes are refused. */
    default void expired() {}
}
