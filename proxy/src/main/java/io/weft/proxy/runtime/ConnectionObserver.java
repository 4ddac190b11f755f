package io.weft.proxy.runtime;

import io.weft.proxy.listen.Connection;
import io.weft.proxy.tcp.TcpUpstream;
import org.jspecify.annotations.Nullable;

/** Hears of connections that ended without having been HTTP. On the connection's event loop; must not block. */
public interface ConnectionObserver {

    /** @param upstream null where none was dialled */
    void ended(Connection connection, @Nullable TcpUpstream upstream);
}
