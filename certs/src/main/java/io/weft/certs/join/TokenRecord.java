package io.weft.certs.join;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the authority keeps of a token: a few lines of text, and not the secret.
 *
 * @param use empty while nobody has redeemed it
 */
record TokenRecord(SpiffeId id, Instant expires, Fingerprint secretHash, Optional<Use> use) {
    private static final String ID = "id=";
    private static final String EXPIRES = "expires=";
    private static final String HASH = "sha256=";
    private static final String KEY = "key=";
    private static final String FIRST = "redeemed=";

    /**
     * That a token was redeemed.
     *
     * @param key whose owner has it from then on
     * @param at the first time
     */
    record Use(Fingerprint key, Instant at) {}

    TokenRecord(SpiffeId id, Instant expires, Fingerprint secretHash) {
        this(id, expires, secretHash, Optional.empty());
    }

    TokenRecord usedBy(Fingerprint key, Instant at) {
        return new TokenRecord(id, expires, secretHash, Optional.of(new Use(key, at)));
    }

    static TokenRecord parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() != 3 && lines.size() != 5) {
            throw new IllegalArgumentException("token record of " + lines.size() + " lines; expected " + ID + ", "
                    + EXPIRES + " and " + HASH + ", and " + KEY + " and " + FIRST + " once it is used");
        }
        return new TokenRecord(
                SpiffeId.parse(value(lines.get(0), ID)),
                instant(lines.get(1), EXPIRES),
                new Fingerprint(value(lines.get(2), HASH)),
                lines.size() == 3
                        ? Optional.empty()
                        : Optional.of(
                                new Use(new Fingerprint(value(lines.get(3), KEY)), instant(lines.get(4), FIRST))));
    }

    private static String value(String line, String name) {
        if (!line.startsWith(name)) {
            throw new IllegalArgumentException("token record: line without " + name);
        }
        return line.substring(name.length());
    }

    private static Instant instant(String line, String name) {
        try {
            return Instant.parse(value(line, name));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("token record: " + line + "; expected an ISO 8601 instant", e);
        }
    }

    String text() {
        String made = ID + id + "\n" + EXPIRES + expires + "\n" + HASH + secretHash + "\n";
        return use.map(by -> made + KEY + by.key() + "\n" + FIRST + by.at() + "\n")
                .orElse(made);
    }
}
