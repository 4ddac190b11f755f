package io.weft.proxy.telemetry;

import org.jspecify.annotations.Nullable;

/** One part of a compiled format. */
sealed interface LogOperator {

    /** Bytes of the format itself, already encoded for it. */
    final class Literal implements LogOperator {
        static final Literal NONE = new Literal(new byte[0]);

        private final byte[] bytes;

        Literal(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        void write(LineBuffer out) {
            out.raw(bytes);
        }
    }

    /** A moment, always in UTC. */
    record Time(Moment moment, TimePattern pattern) implements LogOperator {
        enum Moment {
            START,
            EMIT
        }
    }

    /**
     * A header of the request or the answer.
     *
     * @param name lower case; may be a pseudo-header
     * @param otherwise used where there is none of that name; null for none
     */
    record Field(Side side, String name, @Nullable String otherwise, int limit) implements LogOperator {
        enum Side {
            REQUEST,
            RESPONSE
        }
    }

    /** A text that the entry knows. */
    record Text(TextFact fact, int limit) implements LogOperator {}

    /** A number that the entry knows; JSON shows it without quotes. */
    record Quantity(NumberFact fact) implements LogOperator {}
}
