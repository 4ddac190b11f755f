package io.weft.proxy.xds;

import io.weft.certs.asn1.Pem;
import io.weft.proxy.config.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/** What becomes of a stream when the secrets change that it was opened with: a pure function of both. */
sealed interface Handover {

    /** Changed roots are used for the stream itself within this time, spread so that a fleet does not move at once. */
    Duration WITHIN = Duration.ofSeconds(10);

    /** Nothing that concerns it has changed. */
    record Keep() implements Handover {}

    /** It must not go on: what it was opened with has been withdrawn. */
    record End() implements Handover {}

    /** Another stream is to take its place after a while, and be there first. */
    record Move(Duration after) implements Handover {}

    /**
     * A renewed certificate takes effect when a tenth to a quarter of the life is left that the one before has: the control
     * plane ends streams with the certificate that opened them, and each move costs it something.
     *
     * @param opened the secrets that the stream was opened with
     * @param current those of now
     * @param roll drawn evenly from 0 (inclusive) to 1 (exclusive)
     */
    static Handover decide(Map<String, Secret> opened, Map<String, Secret> current, Instant now, double roll) {
        Handover decided = new Keep();
        for (Map.Entry<String, Secret> entry : opened.entrySet()) {
            Secret after = current.get(entry.getKey());
            if (after == null) {
                return new End();
            }
            if (!Objects.equals(entry.getValue(), after)) {
                decided = sooner(decided, wait(entry.getValue(), now, roll));
            }
        }
        return decided;
    }

    private static Handover sooner(Handover decided, Duration wait) {
        return decided instanceof Move(Duration other) && other.compareTo(wait) <= 0 ? decided : new Move(wait);
    }

    private static Duration wait(Secret before, Instant now, double roll) {
        return switch (before) {
            case Secret.Certificate certificate -> {
                Duration left = Duration.between(now, end(certificate, now));
                yield left.isNegative() ? Duration.ZERO : scaled(left, 0.75 + 0.15 * roll);
            }
            case Secret.Trust _ -> scaled(WITHIN, roll);
        };
    }

    private static Instant end(Secret.Certificate certificate, Instant now) {
        try {
            return Pem.certificates(certificate.chainPem())
                    .getFirst()
                    .getNotAfter()
                    .toInstant();
        } catch (IllegalArgumentException e) {
            // It cannot have opened anything.
            return now;
        }
    }

    private static Duration scaled(Duration duration, double share) {
        return Duration.ofMillis(Math.round(duration.toMillis() * share));
    }
}
