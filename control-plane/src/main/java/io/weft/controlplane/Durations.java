package io.weft.controlplane;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as flags write them. */
final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private Durations() {}

    /** As {@link #parse}, but {@code 0} is allowed too. */
    static Duration parseOrZero(String text) {
        return text.equals("0") ? Duration.ZERO : parse(text);
    }

    /** @throws IllegalArgumentException when the text is not a number and a unit, or zero */
    static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            Duration duration = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
            if (duration.isPositive()) {
                return duration;
            }
        }
        throw new IllegalArgumentException("duration '" + text + "'; expected a number above 0 and ms, s, m, h or d");
    }
}
