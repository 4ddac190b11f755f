package io.weft.proxy.listen;

import io.netty.channel.Channel;
import io.weft.proxy.config.FilterChain;
import org.jspecify.annotations.Nullable;

/** Puts the handlers of a chosen filter chain into a connection's pipeline. Implemented where all parts come together. */
public interface Terminals {

    /** A connection has come; nothing is in its pipeline yet. */
    void accepted(Channel channel, Connection connection);

    /**
     * @param channel its pipeline holds at most a detector, which replays what it read to the handlers added here
     * @param ahead a dial that was begun while the chain was not yet known, to be used or closed; null for none
     */
    void install(Channel channel, Connection connection, FilterChain chain, @Nullable Ahead ahead);

    /** Begins a dial for a connection that may turn out to be opaque; null if this chain does not call for one. */
    @Nullable
    Ahead dialAhead(Connection connection, FilterChain chain, Runnable onSpeech);

    /** No chain matched: the connection is logged; the caller closes it. */
    void unmatched(Connection connection);

    /** A dial under way. */
    interface Ahead {
        /** For which chain it was begun. */
        FilterChain chain();

        void close();
    }
}
