package io.weft.proxy.admin;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was asked.
 *
 * @param path without the query
 * @param query decoded; a name without a value has an empty one
 * @param host the Host header, as sent
 * @param origin the Origin header; empty where there is none
 * @param local the client is on this machine
 */
record AdminRequest(String method, String path, Map<String, String> query, String host, String origin, boolean local) {

    AdminRequest {
        query = Map.copyOf(query);
    }

    /** @throws IllegalArgumentException when the query is not percent-encoded as it must be */
    static AdminRequest of(String method, String target, String host, String origin, boolean local) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        Map<String, String> query = new LinkedHashMap<>();
        if (mark >= 0) {
            for (String pair : target.substring(mark + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                if (!name.isEmpty()) {
                    query.put(decoded(name), decoded(value));
                }
            }
        }
        return new AdminRequest(method, path, query, host, origin, local);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    boolean has(String name) {
        return query.containsKey(name);
    }

    boolean asks(String name, String value) {
        return value.equals(query.get(name));
    }
}
