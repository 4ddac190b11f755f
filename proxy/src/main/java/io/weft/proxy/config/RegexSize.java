package io.weft.proxy.config;

/**
 * How large a regular expression becomes when it is compiled: about one step per character, multiplied by every counted
 * repetition around it. It need not be exact, only never be fooled into a small answer for a large program.
 */
final class RegexSize {

    private static final long ENOUGH = 1L << 40;

    private final String text;
    private int at;

    private RegexSize(String text) {
        this.text = text;
    }

    static long of(String expression) {
        RegexSize size = new RegexSize(expression);
        long total = 0;
        while (size.at < expression.length()) {
            total = bounded(total + size.sequence());
            size.at++; // an unbalanced closing parenthesis; compiling refuses it
        }
        return total;
    }

    private long sequence() {
        long total = 0;
        while (at < text.length() && text.charAt(at) != ')') {
            total = bounded(total + repeated(atom()));
        }
        return total;
    }

    private long atom() {
        return switch (text.charAt(at++)) {
            case '(' -> group();
            case '[' -> characterClass();
            case '\\' -> escape();
            default -> 1;
        };
    }

    private long group() {
        long inner = sequence();
        at++;
        return Math.max(1, inner);
    }

    private long escape() {
        if (at >= text.length()) {
            return 1;
        }
        char c = text.charAt(at++);
        if (c == 'Q') {
            int end = text.indexOf("\\E", at);
            int length = (end < 0 ? text.length() : end) - at;
            at = end < 0 ? text.length() : end + 2;
            return Math.max(1, length);
        }
        if ((c == 'x' || c == 'p' || c == 'P') && at < text.length() && text.charAt(at) == '{') {
            int end = text.indexOf('}', at);
            at = end < 0 ? text.length() : end + 1;
        }
        return 1;
    }

    private long characterClass() {
        boolean first = true;
        if (at < text.length() && text.charAt(at) == '^') {
            at++;
        }
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ']' && !first) {
                at++;
                return 1;
            }
            first = false;
            if (text.startsWith("[:", at) && text.indexOf(":]", at) > 0) {
                at = text.indexOf(":]", at) + 2;
            } else {
                at += c == '\\' ? 2 : 1;
            }
        }
        return 1;
    }

    /** Applies all repetition operators that follow an atom. */
    private long repeated(long size) {
        long total = size;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '*' || c == '+' || c == '?') {
                at++;
                total = bounded(total + 1);
            } else if (c == '{') {
                int end = text.indexOf('}', at);
                long count = end < 0 ? -1 : count(text.substring(at + 1, end));
                if (count < 0) {
                    return total; // a literal brace
                }
                at = end + 1;
                total = bounded(total * Math.max(1, count));
            } else {
                return total;
            }
        }
        return total;
    }

    /** The larger bound of {@code n}, {@code n,} or {@code n,m}; -1 if it is none of these. */
    private static long count(String bounds) {
        long largest = -1;
        for (String bound : bounds.split(",", -1)) {
            if (bound.length() > 9 || !bound.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return -1;
            }
            largest = bound.isEmpty() ? largest : Math.max(largest, Long.parseLong(bound));
        }
        return largest;
    }

    private static long bounded(long size) {
        return Math.min(size, ENOUGH);
    }
}
