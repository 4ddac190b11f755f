package io.weft.proxy.http;

import java.util.Locale;

/** Which trailers may pass: none that decides framing, routing or identity (RFC 9110 section 6.5.1, attack case A13). */
public final class Trailers {

    private Trailers() {}

    /** Removes what may not pass; says whether anything is left. */
    public static boolean keepHarmless(Headers lines) {
        boolean any = false;
        for (int line = 0; line < lines.count(); line++) {
            FieldName name = lines.name(line);
            boolean harmless = name == FieldName.OTHER && !isForbidden(lines.nameText(line));
            if (!harmless) {
                lines.remove(line);
            }
            any |= harmless;
        }
        return any;
    }

    private static boolean isForbidden(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("x-forwarded-")
                || lower.startsWith("x-envoy-")
                || switch (lower) {
                    case "authorization",
                            "proxy-authorization",
                            "proxy-authenticate",
                            "www-authenticate",
                            "cookie",
                            "set-cookie",
                            "content-encoding",
                            "content-range",
                            "cache-control",
                            "max-forwards",
                            "range",
                            "age",
                            "expires",
                            "vary" -> true;
                    default -> false;
                };
    }
}
