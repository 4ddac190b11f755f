package io.weft.certs.issued;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is kept of a key: lines of text.
 *
 * @param ends when the last certificate of this key does
 * @param replaces the key that asked for this one's certificate, and has it replaced once this one is seen in use
 * @param replaced since when another key has taken its place; such a key never comes back
 */
record KeyRecord(SpiffeId id, Instant ends, Optional<Fingerprint> replaces, Optional<Instant> replaced) {
    private static final String ID = "id";
    private static final String ENDS = "ends";
    private static final String REPLACES = "replaces";
    private static final String REPLACED = "replaced";
    private static final Set<String> KNOWN = Set.of(ID, ENDS, REPLACES, REPLACED);

    KeyRecord replacedAt(Instant now) {
        return new KeyRecord(id, ends, replaces, Optional.of(now));
    }

    static KeyRecord parse(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            String name = line.substring(0, Math.max(0, equals));
            if (!KNOWN.contains(name) || values.put(name, line.substring(equals + 1)) != null) {
                throw new IllegalArgumentException(
                        "key record: line '" + line + "'; expected each of " + KNOWN + " once at most");
            }
        });
        String id = values.get(ID);
        String ends = values.get(ENDS);
        if (id == null || ends == null) {
            throw new IllegalArgumentException("key record without " + ID + " or " + ENDS);
        }
        try {
            return new KeyRecord(
                    SpiffeId.parse(id),
                    Instant.parse(ends),
                    Optional.ofNullable(values.get(REPLACES)).map(Fingerprint::new),
                    Optional.ofNullable(values.get(REPLACED)).map(Instant::parse));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("key record: expected ISO 8601 instants: " + e.getMessage(), e);
        }
    }

    String text() {
        return ID + "=" + id + "\n" + ENDS + "=" + ends + "\n"
                + replaces.map(key -> REPLACES + "=" + key + "\n").orElse("")
                + replaced.map(at -> REPLACED + "=" + at + "\n").orElse("");
    }
}
