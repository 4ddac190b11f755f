package io.weft.proxy.config;

import com.google.re2j.Pattern;
import java.util.Locale;

/** Envoy's {@code StringMatcher}. Regular expressions are RE2 (linear time) and match the whole value. */
public sealed interface StringMatch {

    boolean matches(String value);

    record Exact(String text, boolean ignoreCase) implements StringMatch {
        @Override
        public boolean matches(String value) {
            return ignoreCase ? text.equalsIgnoreCase(value) : text.equals(value);
        }
    }

    record Prefix(String text, boolean ignoreCase) implements StringMatch {
        @Override
        public boolean matches(String value) {
            return value.regionMatches(ignoreCase, 0, text, 0, text.length());
        }
    }

    record Suffix(String text, boolean ignoreCase) implements StringMatch {
        @Override
        public boolean matches(String value) {
            return value.length() >= text.length()
                    && value.regionMatches(ignoreCase, value.length() - text.length(), text, 0, text.length());
        }
    }

    record Contains(String text, boolean ignoreCase) implements StringMatch {
        @Override
        public boolean matches(String value) {
            return ignoreCase
                    ? value.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT))
                    : value.contains(text);
        }
    }

    /** @param pattern compiled once, when the configuration is read; at most 1,024 characters (attack case E9) */
    record Regex(Pattern pattern) implements StringMatch {
        public static final int MAX_LENGTH = 1024;

        /** Counted repetitions multiply when nested; re2j itself sets no bound on the program they compile to. */
        public static final int MAX_SIZE = 10_000;

        public static Regex of(String expression) {
            if (expression.length() > MAX_LENGTH) {
                throw new IllegalArgumentException(
                        "regular expression of " + expression.length() + " characters: expected at most " + MAX_LENGTH);
            }
            long size = RegexSize.of(expression);
            if (size > MAX_SIZE) {
                throw new IllegalArgumentException("regular expression \"" + expression + "\" that repeats to " + size
                        + " steps: expected at most " + MAX_SIZE);
            }
            return new Regex(Pattern.compile(expression, Pattern.DOTALL));
        }

        @Override
        public boolean matches(String value) {
            return pattern.matches(value);
        }
    }
}
