package io.weft.proxy.admin;

import io.weft.proxy.wire.Json;

/**
 * What is answered.
 *
 * @param status HTTP status
 */
record AdminAnswer(int status, String contentType, String body) {

    private static final String TEXT = "text/plain; charset=UTF-8";

    static AdminAnswer text(String body) {
        return new AdminAnswer(200, TEXT, body);
    }

    static AdminAnswer json(Object value) {
        return new AdminAnswer(200, "application/json", Json.text(value));
    }

    static AdminAnswer ok() {
        return text("OK\n");
    }

    static AdminAnswer problem(int status, String body) {
        return new AdminAnswer(status, TEXT, body + "\n");
    }
}
