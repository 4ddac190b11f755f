package io.weft.certs.authority;

import io.weft.certs.x509.CertificateWriter.Validity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * How long certificates live.
 *
 * @param standard what a caller gets who asks for nothing
 * @param max what no caller gets more than
 * @param backDating how far a certificate begins in the past, for peers whose clocks are behind
 */
public record Lifetimes(Duration standard, Duration max, Duration backDating) {
    /** 24 hours, at most 90 days, from two minutes ago. */
    public static final Lifetimes DEFAULT =
            new Lifetimes(Duration.ofHours(24), Duration.ofDays(90), Duration.ofMinutes(2));

    public Lifetimes {
        if (!standard.isPositive() || max.compareTo(standard) < 0 || backDating.isNegative()) {
            throw new IllegalArgumentException("lifetimes: standard " + standard + ", max " + max + ", back-dating "
                    + backDating + "; expected 0 < standard <= max and back-dating >= 0");
        }
    }

    /**
     * The validity of a certificate issued now, within that of its issuer; empty when the issuer has no whole second
     * left.
     *
     * @param asked zero for the standard lifetime
     */
    Optional<Validity> validity(Duration asked, Instant now, X509Certificate issuer) {
        Duration lifetime = asked.isZero() ? standard : asked.compareTo(max) > 0 ? max : asked;
        Instant second = now.truncatedTo(ChronoUnit.SECONDS);
        Instant notBefore =
                later(second.minus(backDating), issuer.getNotBefore().toInstant());
        Instant notAfter = earlier(second.plus(lifetime), issuer.getNotAfter().toInstant());
        return notAfter.isAfter(now) && notAfter.isAfter(notBefore)
                ? Optional.of(new Validity(notBefore, notAfter))
                : Optional.empty();
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
