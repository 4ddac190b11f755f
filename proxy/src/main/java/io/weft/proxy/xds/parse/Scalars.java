package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.Message;
import java.util.List;

/** Numbers, durations and names with their bounds. */
final class Scalars {

    /** A hundred years: longer than any timeout, and far from where nanoseconds overflow a long. */
    static final long MAX_DURATION_SECONDS = 36_500L * 24 * 3600;

    static final int MAX_NAME = 1024;

    private Scalars() {}

    /** Zero or more, at most {@link #MAX_DURATION_SECONDS}. */
    static java.time.Duration duration(Message value, FieldPath path) {
        long seconds = value.wide("seconds");
        int nanos = value.number("nanos");
        if (seconds < 0 || nanos < 0 || nanos > 999_999_999 || seconds > MAX_DURATION_SECONDS) {
            throw new InvalidResource(
                    path, JsonText.duration(value) + ": expected a duration from 0s to " + MAX_DURATION_SECONDS + "s");
        }
        return java.time.Duration.ofSeconds(seconds, nanos);
    }

    static java.time.Duration duration(boolean present, Message value, FieldPath path, java.time.Duration otherwise) {
        return present ? duration(value, path) : otherwise;
    }

    static java.time.Duration positive(Message value, FieldPath path) {
        java.time.Duration duration = duration(value, path);
        if (duration.isZero()) {
            throw new InvalidResource(path, "0s: expected more than zero");
        }
        return duration;
    }

    /** For a choice of the API that no case is written for: it must not be taken for none. */
    static InvalidResource notSupported(Message message, String oneof, FieldPath path) {
        return new InvalidResource(path.field(message.which(oneof)), Problem.NOT_SUPPORTED);
    }

    static long within(long value, long min, long max, FieldPath path) {
        if (value < min || value > max) {
            throw new InvalidResource(path, value + ": expected " + min + " to " + max);
        }
        return value;
    }

    /** A {@code uint32}, which Java would read as negative from 2^31 on. */
    static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    static int within(boolean present, Message value, int min, int max, int otherwise, FieldPath path) {
        return present ? (int) within(unsigned(value.number("value")), min, max, path) : otherwise;
    }

    static int port(int value, FieldPath path) {
        return (int) within(unsigned(value), 0, 65535, path);
    }

    /** The name of a resource or of something it refers to. */
    static String name(String value, FieldPath path) {
        if (value.isEmpty()) {
            throw new InvalidResource(path, "empty: expected a name");
        }
        return text(value, path);
    }

    /** Free text of one line that may be empty. */
    static String text(String value, FieldPath path) {
        if (value.length() > MAX_NAME) {
            throw new InvalidResource(path, value.length() + " characters: expected at most " + MAX_NAME);
        }
        for (int i = 0; i < value.length(); i++) {
            if (Character.isISOControl(value.charAt(i))) {
                throw new InvalidResource(path, Quote.of(value) + ": expected no control characters");
            }
        }
        return shared(value);
    }

    /** A host and perhaps a port, as they may stand in a request. */
    static String authority(String value, FieldPath path) {
        if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '@' || c >= 127)) {
            throw new InvalidResource(path, Quote.of(value) + ": expected a host and optional port");
        }
        return value;
    }

    /**
     * The one copy of a text that many resources repeat, such as a zone, a protocol or a secret's name. The JVM's own
     * table is weak, so names of resources that went away go too.
     */
    static String shared(String value) {
        return value.intern();
    }

    static List<String> shared(List<String> values) {
        return values.stream().map(Scalars::shared).toList();
    }
}
