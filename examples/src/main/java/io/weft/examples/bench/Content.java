package io.weft.examples.bench;

import java.util.Random;

/** The bodies that the server gives. */
enum Content {
    CALL("/call", 100),
    SMALL("/1k", 1 << 10),
    LARGE("/64k", 64 << 10),
    BULK("/16m", 16 << 20);

    private final String path;
    private final int bytes;

    Content(String path, int bytes) {
        this.path = path;
        this.bytes = bytes;
    }

    String path() {
        return path;
    }

    int size() {
        return bytes;
    }

    /** The same in every run, and without a pattern, so that a body cut or mixed up cannot look right. */
    byte[] body() {
        byte[] body = new byte[bytes];
        new Random(bytes).nextBytes(body);
        return body;
    }
}
