package io.weft.controlplane.caller;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import java.time.Instant;

/** Who is at the other end of a call. */
public sealed interface Caller {
    /** The address of the caller without its port, for limits and logs. */
    String source();

    /**
     * It showed a certificate, which was verified at the beginning of this call.
     *
     * @param key of the certificate
     * @param notAfter when the certificate ends, and with it whatever it opened
     */
    record Certified(SpiffeId id, Fingerprint key, Instant notAfter, String source) implements Caller {}

    /**
     * It showed a certificate that was good until it ended, not long ago. It may ask for another one, and nothing else.
     *
     * @param notAfter when that was
     */
    record Lapsed(SpiffeId id, Fingerprint key, Instant notAfter, String source) implements Caller {}

    /** It came over TLS without a certificate. It may show a token, and nothing else. */
    record Anonymous(String source) implements Caller {}

    /** It came over the plaintext port, which exists only when the operator asked for it: its word is believed. */
    record Unverified(String source) implements Caller {}
}
