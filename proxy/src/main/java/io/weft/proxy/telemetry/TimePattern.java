package io.weft.proxy.telemetry;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.util.Locale;

/**
 * The part of strftime that Envoy's START_TIME takes, in UTC: {@code %Y %y %m %d %e %H %I %M %S %p %b %a %j %F %T %s %z
 * %Z %%}, and fractions of a second as {@code %f} (nanoseconds) or {@code %1f} to {@code %9f}.
 *
 * @param pattern checked by {@link #of}
 */
record TimePattern(String pattern) {

    /** Envoy's default: RFC 3339 with milliseconds. */
    static final TimePattern DEFAULT = new TimePattern("%Y-%m-%dT%H:%M:%S.%3fZ");

    private static final String KNOWN = "YymdeHIMSpbajFTszZf%";

    /** @throws InvalidLogFormat naming a specifier that is not known */
    static TimePattern of(String pattern) {
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.charAt(i) != '%') {
                continue;
            }
            char next = ++i < pattern.length() ? pattern.charAt(i) : 0;
            if (next >= '1' && next <= '9') {
                next = ++i < pattern.length() && pattern.charAt(i) == 'f' ? 'f' : 0;
            }
            if (KNOWN.indexOf(next) < 0) {
                throw new InvalidLogFormat("time format \"" + pattern + "\": specifier at " + i
                        + " is not supported, expected one of " + KNOWN + " behind a percent sign");
            }
        }
        return new TimePattern(pattern);
    }

    void append(Instant moment, LineBuffer out) {
        OffsetDateTime time = moment.atOffset(ZoneOffset.UTC);
        append(pattern, time, out);
    }

    private static void append(String pattern, OffsetDateTime time, LineBuffer out) {
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '%') {
                out.value(String.valueOf(c), 1);
                continue;
            }
            char what = pattern.charAt(++i);
            if (what >= '1' && what <= '9') {
                fraction(time, what - '0', out);
                i++;
            } else {
                append(what, time, out);
            }
        }
    }

    private static void append(char what, OffsetDateTime time, LineBuffer out) {
        switch (what) {
            case 'Y' -> out.number(time.getYear(), 4);
            case 'y' -> out.number(time.getYear() % 100, 2);
            case 'm' -> out.number(time.getMonthValue(), 2);
            case 'd' -> out.number(time.getDayOfMonth(), 2);
            case 'e' -> {
                if (time.getDayOfMonth() < 10) {
                    out.raw(' ');
                }
                out.number(time.getDayOfMonth(), 1);
            }
            case 'H' -> out.number(time.getHour(), 2);
            case 'I' -> out.number((time.getHour() + 11) % 12 + 1, 2);
            case 'M' -> out.number(time.getMinute(), 2);
            case 'S' -> out.number(time.getSecond(), 2);
            case 'p' -> out.value(time.getHour() < 12 ? "AM" : "PM", 2);
            case 'b' -> out.value(time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH), 9);
            case 'a' -> out.value(time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH), 9);
            case 'j' -> out.number(time.getDayOfYear(), 3);
            case 'F' -> append("%Y-%m-%d", time, out);
            case 'T' -> append("%H:%M:%S", time, out);
            case 's' -> out.number(time.toEpochSecond());
            case 'z' -> out.value("+0000", 5);
            case 'Z' -> out.value("UTC", 3);
            case 'f' -> fraction(time, 9, out);
            default -> out.raw('%');
        }
    }

    private static void fraction(OffsetDateTime time, int digits, LineBuffer out) {
        int value = time.getNano();
        for (int i = digits; i < 9; i++) {
            value /= 10;
        }
        out.number(value, digits);
    }
}
