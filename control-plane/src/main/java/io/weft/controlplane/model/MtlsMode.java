package io.weft.controlplane.model;

/** What a workload takes from its callers. */
public enum MtlsMode {
    /** Mutual TLS only. */
    STRICT,
    /** Mutual TLS or plaintext. */
    PERMISSIVE,
    /** Plaintext only; TLS bytes are the application's. */
    DISABLE,
    /** What the wider scope says. */
    UNSET
}
