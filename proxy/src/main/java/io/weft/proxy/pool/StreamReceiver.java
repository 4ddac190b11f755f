package io.weft.proxy.pool;

/** Whoever asked a pool for a stream. Exactly one of the two is called, perhaps within the request itself. */
public interface StreamReceiver {

    /** A connection with room; {@link PooledConnection#open} must be called on it before this returns. */
    void ready(PooledConnection connection);

    void failed(Failure failure);

    /**
     * Why there is no stream.
     *
     * @param details the transport's own words, for logs
     */
    record Failure(Kind kind, String details) {
        public enum Kind {
            /** Refused, unreachable, or reset while connecting. */
            CONNECT,
            TIMEOUT,
            /** The TLS handshake failed, or the endpoint is not who it must be. */
            TLS,
            /** A limit of the cluster is reached. */
            OVERFLOW,
            /** The pool was closed because its endpoint or cluster is gone. */
            GONE
        }
    }
}
