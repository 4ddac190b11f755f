package io.weft.certs.join;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/** What the authority keeps of a token: three lines of text, and not the secret. */
record TokenRecord(SpiffeId id, Instant expires, Fingerprint secretHash) {
    private static final String ID = "id=";
    private static final String EXPIRES = "expires=";
    private static final String HASH = "sha256=";

    static TokenRecord parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() != 3
                || !lines.get(0).startsWith(ID)
                || !lines.get(1).startsWith(EXPIRES)
                || !lines.get(2).startsWith(HASH)) {
            throw new IllegalArgumentException(
                    "token record of " + lines.size() + " lines; expected " + ID + ", " + EXPIRES + " and " + HASH);
        }
        try {
            return new TokenRecord(
                    SpiffeId.parse(lines.get(0).substring(ID.length())),
                    Instant.parse(lines.get(1).substring(EXPIRES.length())),
                    new Fingerprint(lines.get(2).substring(HASH.length())));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("token record: " + lines.get(1) + "; expected an ISO 8601 instant", e);
        }
    }

    String text() {
        return ID + id + "\n" + EXPIRES + expires + "\n" + HASH + secretHash + "\n";
    }
}
