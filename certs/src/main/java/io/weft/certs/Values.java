package io.weft.certs;

import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import java.net.InetAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The values that options take, from text. */
final class Values {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(s|m|h|d)");

    private Values() {}

    static final class ToSpiffeId implements ITypeConverter<SpiffeId> {
        @Override
        public SpiffeId convert(String text) {
            try {
                return SpiffeId.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    static final class ToTrustDomain implements ITypeConverter<TrustDomain> {
        @Override
        public TrustDomain convert(String text) {
            try {
                return new TrustDomain(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** An address as text; nothing is looked up. */
    static final class ToAddress implements ITypeConverter<InetAddress> {
        @Override
        public InetAddress convert(String text) {
            try {
                return InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' is not an address; expected one such as 10.0.0.7");
            }
        }
    }

    /** {@code 90s}, {@code 10m}, {@code 24h}, {@code 90d}. */
    static final class ToDuration implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Matcher matcher = DURATION.matcher(text);
            if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
                throw new TypeConversionException(
                        "'" + text + "' is not a duration; expected a number from 1 and one of s, m, h, d, as in 10m");
            }
            ChronoUnit unit = switch (matcher.group(2)) {
                case "s" -> ChronoUnit.SECONDS;
                case "m" -> ChronoUnit.MINUTES;
                case "h" -> ChronoUnit.HOURS;
                default -> ChronoUnit.DAYS;
            };
            return Duration.of(Long.parseLong(matcher.group(1)), unit);
        }
    }

    /** The two largest units: {@code 23h 59m}. */
    static String text(Duration duration) {
        Duration length = duration.abs();
        if (length.toDays() > 0) {
            return length.toDays() + "d " + length.toHoursPart() + "h";
        }
        if (length.toHours() > 0) {
            return length.toHours() + "h " + length.toMinutesPart() + "m";
        }
        return length.toMinutes() > 0
                ? length.toMinutes() + "m " + length.toSecondsPart() + "s"
                : length.toSeconds() + "s";
    }
}
