package io.weft.init.options;

/** TCP ports from {@code first} to {@code last}, both included, 1 to 65535. */
public record PortRange(int first, int last) {
    public PortRange {
        if (first < 1 || last > 65535 || first > last) {
            throw new IllegalArgumentException("'" + first + "-" + last + "' is not a range of ports from 1 to 65535");
        }
    }

    public static PortRange of(int port) {
        return new PortRange(port, port);
    }

    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    public boolean isSingle() {
        return first == last;
    }

    /** Parses {@code 80}, {@code 8000-8010} or {@code 8000:8010}. */
    static PortRange parse(String text) {
        int separator = Math.max(text.indexOf('-'), text.indexOf(':'));
        if (separator < 0) {
            return of(port(text, text));
        }
        return new PortRange(port(text.substring(0, separator), text), port(text.substring(separator + 1), text));
    }

    private static int port(String digits, String whole) {
        if (!digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int port = Integer.parseInt(digits);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        }
        throw new IllegalArgumentException("'" + whole
                + "' is not a port or a range of ports (expected 1 to 65535, as 80, 8000-8010 or 8000:8010)");
    }
}
