package io.weft.proxy.route;

import io.weft.proxy.http.RequestHead;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request head for tests. */
public record Head(String method, String path, String authority, String scheme, Map<String, String> headers)
        implements RequestHead {

    private static final String REPEATED = " again";

    /** @param line such as {@code GET http://host:80/path?query}, and then {@code name: value} for each header */
    public static Head of(String line, String... headers) {
        String[] part = line.split(" ");
        int authority = part[1].indexOf("://") + 3;
        int path = part[1].indexOf('/', authority);
        path = path < 0 ? part[1].length() : path;
        Map<String, String> fields = new HashMap<>();
        for (String header : headers) {
            String[] field = header.split(": ?", 2);
            if (fields.merge(field[0], field[1], (a, b) -> a + "," + b).length() > field[1].length()) {
                fields.put(field[0] + REPEATED, "");
            }
        }
        String target = part[1].substring(path);
        return new Head(
                part[0],
                target.equals("/*") ? "*" : target,
                part[1].substring(authority, path),
                part[1].substring(0, authority - 3),
                fields);
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }

    @Override
    public boolean isRepeated(String lowerCaseName) {
        return headers.containsKey(lowerCaseName + REPEATED);
    }
}
