package io.weft.proxy.sidecar;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go and protobuf's JSON write them: {@code 24h}, {@code 1h30m}, {@code 0.5s}, {@code 100ms}. */
final class Durations {

    private static final Pattern PART = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)(h|ms|m|s)");
    private static final int MAX_CHARACTERS = 64;

    private Durations() {}

    /** @throws IllegalArgumentException saying what was expected */
    static Duration parse(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        Matcher parts = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (text.length() <= MAX_CHARACTERS && parts.find() && parts.start() == end) {
            end = parts.end();
            long nanosPerUnit = switch (parts.group(2)) {
                case "h" -> 3_600_000_000_000L;
                case "m" -> 60_000_000_000L;
                case "s" -> 1_000_000_000L;
                default -> 1_000_000L;
            };
            BigDecimal nanos = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(nanosPerUnit));
            BigDecimal[] seconds = nanos.divideAndRemainder(BigDecimal.valueOf(1_000_000_000L));
            sum = sum.plusSeconds(seconds[0].longValue()).plusNanos(seconds[1].longValue());
        }
        if (end == 0 || end != text.length()) {
            throw new IllegalArgumentException("\"" + text + "\": expected a duration such as 24h, 1h30m, 5s or 100ms");
        }
        return sum;
    }
}
