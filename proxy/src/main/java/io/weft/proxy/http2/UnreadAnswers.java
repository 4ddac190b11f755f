package io.weft.proxy.http2;

import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2Exception;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a client was sent and does not take. An exchange is over once its answer was handed over whole; that the rest of
 * it goes out, and that a client reads resets at all, nobody else watches (attack case D10).
 */
final class UnreadAnswers extends Deadline {

    /** A client that leaves a reset unread for so long will not read anything. */
    private static final long RESET_PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final Http2Server server;
    private final Worker worker;
    private final long streamIdle;
    private long oldestReset;
    private int resets;

    /**
     * @param streamIdle nanoseconds that an answer may wait without moving; 0 without limit
     */
    UnreadAnswers(Http2Server server, Worker worker, long streamIdle) {
        this.server = server;
        this.worker = worker;
        this.streamIdle = streamIdle;
    }

    void answered() {
        if (streamIdle > 0) {
            watch();
        }
    }

    /** @param written completes when the reset has gone out */
    void reset(ChannelFuture written) {
        if (written.isDone()) {
            return;
        }
        if (resets++ == 0) {
            oldestReset = worker.now();
        }
        written.addListener(done -> resets--);
        watch();
    }

    private void watch() {
        if (!isSet()) {
            worker.deadlines()
                    .set(this, worker.now(), streamIdle > 0 ? Math.min(streamIdle, RESET_PATIENCE) : RESET_PATIENCE);
        }
    }

    @Override
    protected void expired() {
        worker.enter();
        try {
            if (resets > 0 && worker.now() - oldestReset >= RESET_PATIENCE) {
                server.context().close();
                return;
            }
            boolean more = resets > 0;
            for (ServerStream mine : ending()) {
                if (streamIdle > 0 && worker.now() - mine.movedAt() >= streamIdle) {
                    mine.giveUp();
                } else {
                    more = true;
                }
            }
            if (more) {
                watch();
            }
        } finally {
            worker.leave();
        }
    }

    /** Those whose answers are complete but not all sent. */
    private List<ServerStream> ending() {
        List<ServerStream> found = new ArrayList<>();
        try {
            server.connection().forEachActiveStream(stream -> {
                ServerStream mine = server.of(stream);
                if (mine != null && mine.isEnding()) {
                    found.add(mine);
                }
                return true;
            });
        } catch (Http2Exception e) {
            throw new IllegalStateException(e); // thrown by visitors only, and this one throws none
        }
        return found;
    }
}
