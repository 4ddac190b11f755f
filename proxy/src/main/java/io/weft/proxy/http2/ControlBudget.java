package io.weft.proxy.http2;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.concurrent.TimeUnit;

/**
 * How many frames a peer may send that carry nothing of a request: PING, SETTINGS, PRIORITY, tiny WINDOW_UPDATEs (attack
 * cases D5, D9 and D12). Each costs us work and the peer nothing, and Netty bounds only those that wait for being
 * answered. Work that a peer does have earns it more, never above the limit that it began with.
 */
final class ControlBudget {

    /** Frames in one window of time; a keep-alive every second stays far below. */
    static final int CAPACITY = 1_000;

    static final long WINDOW = TimeUnit.SECONDS.toNanos(30);

    /** A window opened by less than this is not worth a frame of its own. */
    static final int SMALL_INCREMENT = 1_024;

    private long since;
    private int left = CAPACITY;

    ControlBudget(long now) {
        since = now;
    }

    void earn(int frames) {
        left = Math.min(CAPACITY, left + frames);
    }

    /** @throws Http2Exception a connection error ENHANCE_YOUR_CALM once the peer has sent too many */
    void spend(long now) throws Http2Exception {
        if (now - since >= WINDOW) {
            since = now;
            left = CAPACITY;
        }
        if (--left < 0) {
            throw Http2Exception.connectionError(
                    Http2Error.ENHANCE_YOUR_CALM, "more than %d control frames in 30 s", CAPACITY);
        }
    }
}
