package io.weft.proxy.route;

import io.weft.proxy.config.Route.HeaderMatch;
import io.weft.proxy.config.Route.HeaderMatch.Condition;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.http.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * One header condition of a route or a policy. The pseudo-headers {@code :method}, {@code :path} (with its query),
 * {@code :authority} and {@code :scheme} are read from the request line; {@code host} is the authority.
 *
 * <p>As in Envoy, a header that is absent meets no condition on its value, not even an inverted one, unless it is to
 * count as empty. Several lines of a header are one value joined by commas.
 */
public final class HeaderMatcher {
    private final HeaderMatch match;

    public HeaderMatcher(HeaderMatch match) {
        this.match = match;
    }

    /** Judges the joined value. */
    public boolean matches(RequestHead head) {
        return judge(value(head, match.name()));
    }

    /**
     * Holds if the joined value meets the condition or any part of it between commas does. For rules that refuse: {@code
     * x-role: user} cannot hide {@code x-role: admin} beside it (attack case E6, Envoy's CVE-2026-26308).
     */
    public boolean matchesAnyPart(RequestHead head) {
        return judgeParts(head, false);
    }

    /**
     * Holds only if the joined value meets the condition and every part of it between commas does. For rules that allow:
     * the endpoint may read any part, so {@code x-tenant: a1} does not open the door for {@code x-tenant: b} beside it.
     * The values of headers that are no lists, such as {@code user-agent}, may hold commas and are judged as they stand;
     * more than one line of such a header holds nothing.
     */
    public boolean matchesEveryPart(RequestHead head) {
        return judgeParts(head, true);
    }

    private boolean judgeParts(RequestHead head, boolean every) {
        String value = value(head, match.name());
        boolean whole = judge(value);
        if (match.condition() instanceof Condition.Present || value == null || whole != every) {
            return whole;
        }
        // What is the very text that is named, commas included, is judged by that alone.
        if (isExact(match.condition()) && every != match.invert()) {
            return whole;
        }
        if (isSingle(match.name())) {
            boolean repeated = !match.name().startsWith(":") && head.isRepeated(match.name());
            return whole && !(every && repeated);
        }
        int from = 0;
        for (int comma = value.indexOf(','); from > 0 || comma >= 0; comma = value.indexOf(',', from)) {
            int to = comma < 0 ? value.length() : comma;
            boolean meets = holds(match.condition(), value.substring(from, to).strip()) != match.invert();
            if (meets != every) {
                return meets;
            }
            if (comma < 0) {
                break;
            }
            from = comma + 1;
        }
        return whole;
    }

    private static boolean isExact(Condition condition) {
        return condition instanceof Condition.Range
                || (condition instanceof Condition.Value(var text) && text instanceof StringMatch.Exact);
    }

    /** Headers whose value is one thing, though it may hold commas (RFC 9110 section 5.5, RFC 6265). */
    private static boolean isSingle(String name) {
        return switch (name) {
            case ":method",
                    ":path",
                    ":authority",
                    ":scheme",
                    "host",
                    "user-agent",
                    "referer",
                    "origin",
                    "from",
                    "date",
                    "cookie",
                    "authorization",
                    "proxy-authorization",
                    "content-type",
                    "content-length",
                    "if-range",
                    "if-modified-since",
                    "if-unmodified-since" -> true;
            default -> false;
        };
    }

    private boolean judge(@Nullable String value) {
        return switch (match.condition()) {
            case Condition.Present(boolean present) -> (value != null == present) != match.invert();
            case Condition.Value value1 -> judgeValue(value1, value);
            case Condition.Range range -> judgeValue(range, value);
        };
    }

    private boolean judgeValue(Condition condition, @Nullable String given) {
        String value = given == null && match.missingAsEmpty() ? "" : given;
        return value != null && holds(condition, value) != match.invert();
    }

    private static boolean holds(Condition condition, String value) {
        return switch (condition) {
            case Condition.Value(var match) -> match.matches(value);
            case Condition.Range(long start, long end) -> inRange(value, start, end);
            case Condition.Present(boolean present) -> present;
        };
    }

    /** Whether the value is a decimal number of the range; anything else is not. */
    private static boolean inRange(String value, long start, long end) {
        if (value.isEmpty() || value.length() > 20) {
            return false;
        }
        try {
            long number = Long.parseLong(value);
            return number >= start && number < end;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static @Nullable String value(RequestHead head, String name) {
        return switch (name) {
            case ":method" -> head.method();
            case ":path" -> present(head.path());
            case ":authority", "host" -> present(head.authority());
            case ":scheme" -> present(head.scheme());
            default -> head.header(name);
        };
    }

    /** A CONNECT request has no path, and a request of HTTP/1.0 may have no authority: absent, not empty. */
    private static @Nullable String present(String value) {
        return value.isEmpty() ? null : value;
    }
}
