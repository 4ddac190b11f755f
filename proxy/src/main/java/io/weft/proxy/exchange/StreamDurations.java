package io.weft.proxy.exchange;

import io.weft.proxy.config.Route;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Rules;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long a stream may last, as Envoy decides it from the route, the connection manager and gRPC's own deadline. Pure. */
final class StreamDurations {

    private static final String GRPC_TIMEOUT = "grpc-timeout";
    private static final int MAX_DIGITS = 8; // of gRPC's protocol over HTTP/2
    private static final long LARGEST = 99_999_999;
    private static final long LONGEST = Duration.ofDays(365).toNanos();

    private StreamDurations() {}

    /**
     * A gRPC call whose route limits it is told by {@code grpc-timeout} how long it really has, so that its server does not
     * work on for nobody.
     *
     * @param route null where the route says nothing
     * @param otherwise the connection manager's, where the route does not say how long
     * @return nanoseconds; zero for no limit
     */
    static long nanos(Route.@Nullable StreamDuration route, Duration otherwise, Request request) {
        if (route == null) {
            return otherwise.toNanos();
        }
        long most = (route.most() == null ? otherwise : route.most()).toNanos();
        Duration grpcMost = route.grpcMost();
        if (grpcMost != null) {
            long asked = asked(request.headers());
            if (asked > 0) {
                most = bounded(asked, grpcMost.toNanos(), route.grpcOffset().toNanos());
            }
        }
        if (most > 0 && LocalReply.isGrpc(request)) {
            request.headers().set(GRPC_TIMEOUT, text(most));
        }
        return most;
    }

    private static long bounded(long asked, long most, long offset) {
        long bounded = most > 0 ? Math.min(asked, most) : asked;
        // An offset that would leave nothing is left out: the call is about to end anyway.
        return offset < bounded ? bounded - offset : bounded;
    }

    /** What {@code grpc-timeout} asks for, in nanoseconds; zero where it is absent or makes no sense. */
    private static long asked(Headers headers) {
        int line = headers.find(GRPC_TIMEOUT, 0);
        if (line < 0) {
            return 0;
        }
        int start = headers.valueStart(line);
        int unit = headers.valueEnd(line) - 1;
        if (unit <= start || unit - start > MAX_DIGITS) {
            return 0;
        }
        Long value = Rules.contentLength(headers.bytes(), start, unit);
        @Nullable
        TimeUnit of = switch (headers.bytes()[unit]) {
            case 'H' -> TimeUnit.HOURS;
            case 'M' -> TimeUnit.MINUTES;
            case 'S' -> TimeUnit.SECONDS;
            case 'm' -> TimeUnit.MILLISECONDS;
            case 'u' -> TimeUnit.MICROSECONDS;
            case 'n' -> TimeUnit.NANOSECONDS;
            default -> null;
        };
        return value == null || of == null ? 0 : Math.min(LONGEST, of.toNanos(value));
    }

    private static String text(long nanos) {
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
        return millis <= LARGEST ? millis + "m" : Math.min(LARGEST, TimeUnit.MILLISECONDS.toSeconds(millis)) + "S";
    }
}
