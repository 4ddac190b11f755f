package io.weft.proxy.pool;

import io.weft.proxy.http.ResponseReceiver;
import io.weft.proxy.http.Upstream;

/** An established connection to an endpoint that exchanges can be carried on. */
public interface PooledConnection {

    /** How many more exchanges it takes right now; 0 when it is busy, draining or closed. */
    int room();

    /** Begins an exchange. Call only while there is {@link #room}. */
    Upstream open(ResponseReceiver receiver);

    /** Ends the connection when the exchanges on it have ended; at once if there are none. */
    void drain();

    /** What a connection tells its pool. */
    interface Owner {
        /** There is room again. */
        void released(PooledConnection connection);

        /** The connection takes no more exchanges: it is closed or about to be. */
        void retired(PooledConnection connection);
    }
}
