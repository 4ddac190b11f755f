package io.weft.proxy.http1;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.weft.proxy.worker.Deadline;
import java.util.concurrent.TimeUnit;

/**
 * The end of a client's connection, in a way that the client still reads the last answer: what was written is sent, then
 * our direction ends, and all of it once the client has ended its own. What the client still sends is thrown away; closing
 * with it unread would reset the connection and might destroy the answer (RFC 9112 section 9.6).
 */
final class Farewell extends Deadline implements ChannelFutureListener {

    private static final long LINGER = TimeUnit.SECONDS.toNanos(1);

    /** How long a client may take for the last bytes where the configuration sets no limit. */
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(5);

    private final Http1End end;
    private boolean sent;

    Farewell(Http1End end) {
        this.end = end;
    }

    /** @param patience nanoseconds that the client may take for what was written; zero for the default */
    void begin(long patience) {
        end.release();
        end.unpause();
        await(patience > 0 ? patience : PATIENCE);
        end.context().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this);
    }

    private void await(long nanos) {
        end.worker().deadlines().set(this, System.nanoTime(), nanos);
    }

    @Override
    public void operationComplete(ChannelFuture written) {
        boolean tls = end.context().pipeline().first() instanceof SslHandler;
        boolean both = end.isInputClosed() || tls || !written.isSuccess();
        if (!both && written.channel() instanceof DuplexChannel duplex) {
            sent = true;
            await(LINGER);
            duplex.shutdownOutput();
        } else {
            close();
        }
    }

    /** The client has ended its direction. */
    void inputEnded() {
        if (sent) {
            close();
        }
    }

    void close() {
        end.worker().deadlines().clear(this);
        end.context().close();
    }

    /** The connection is gone. */
    void over() {
        end.worker().deadlines().clear(this);
    }

    @Override
    protected void expired() {
        close();
    }
}
