package io.weft.proxy.tls;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The end of one direction of a TLS connection. By RFC 8446 section 6.1 a close_notify ends the direction of its sender
 * only. Netty's engine answers it with its own and writes nothing more; it leaves that out where it believes to have
 * done so already, which is what it is told here. If a later Netty has no such field, both directions end together.
 */
public final class HalfClose {

    /** Fired through the pipeline. */
    public enum Event {
        /** The peer has said its last. */
        PEER_ENDED
    }

    private static final @Nullable VarHandle ANSWERED = find();

    private HalfClose() {}

    private static @Nullable VarHandle find() {
        try {
            return MethodHandles.privateLookupIn(ReferenceCountedOpenSslEngine.class, MethodHandles.lookup())
                    .findVarHandle(ReferenceCountedOpenSslEngine.class, "receivedShutdown", boolean.class);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /**
     * From now on a close_notify of the peer fires {@link Event#PEER_ENDED}, and writes go on. Called once
     * the handshake is done; nothing happens where the channel has no TLS.
     */
    public static void allow(Channel channel) {
        TlsHandler handler = channel.pipeline().get(TlsHandler.class);
        VarHandle answered = ANSWERED;
        if (handler == null) {
            return;
        }
        handler.watchForEnd();
        if (answered != null) {
            ReferenceCountedOpenSslEngine engine = (ReferenceCountedOpenSslEngine) handler.engine();
            synchronized (engine) { // as the engine itself does
                answered.set(engine, true);
            }
        }
    }
}
