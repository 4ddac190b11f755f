package io.weft.proxy.runtime;

import io.weft.proxy.listen.Connection;
import io.weft.proxy.tcp.TcpUpstream;
import org.jspecify.annotations.Nullable;

/** Hears of connections. On the connection's event loop; must not block. */
public interface ConnectionObserver {

    /** A connection was accepted. */
    default void accepted(Connection connection) {}

    /** A filter chain takes it: from now on the connection knows which. */
    default void chosen(Connection connection) {}

    /** Its TLS handshake has succeeded. */
    default void secured(Connection connection) {}

    /** It is carried as TCP, and its endpoint was reached. */
    default void carried(Connection connection, TcpUpstream upstream) {}

    /** It is closed; the last that is heard of it. */
    default void closed(Connection connection) {}

    /**
     * It ended without having been HTTP: as TCP, or refused.
     *
     * @param upstream null where none was dialled
     */
    void ended(Connection connection, @Nullable TcpUpstream upstream);
}
