package io.weft.proxy.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The peers that were verified against one set of roots, so that the next connection of a peer costs a digest and not a
 * path validation. Only successes are kept, so an outsider cannot fill it. Thread-safe; its lock is taken once per
 * handshake and held for a map look-up.
 */
final class VerifiedPeers {
    static final int MAX_PEERS = 512;

    /** @param sha256 over the whole chain */
    record Key(String sha256, boolean spiffe) {}

    /** True from {@code from} to {@code until}: between them no certificate and no root begins or ends. */
    private record Known(PeerCertificate peer, Instant from, Instant until) {}

    private final Map<Key, Known> entries = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Known> eldest) {
            return size() > MAX_PEERS;
        }
    };

    static Key key(List<byte[]> chain, boolean spiffe) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] der : chain) {
                // Lengths too, so that no two chains share a key by moving a boundary.
                digest.update((byte) (der.length >> 8));
                digest.update((byte) der.length);
                digest.update(der);
            }
            return new Key(HexFormat.of().formatHex(digest.digest()), spiffe);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }

    @Nullable
    PeerCertificate find(Key key, Instant now) {
        synchronized (entries) {
            Known entry = entries.get(key);
            return entry != null && !now.isBefore(entry.from) && !now.isAfter(entry.until) ? entry.peer : null;
        }
    }

    void remember(
            Key key,
            PeerCertificate peer,
            List<X509Certificate> chain,
            Collection<X509Certificate> roots,
            Instant now) {
        Instant from = Instant.MIN;
        Instant until = Instant.MAX;
        for (Collection<X509Certificate> certificates : List.of(chain, roots)) {
            for (X509Certificate certificate : certificates) {
                for (Instant boundary : List.of(
                        certificate.getNotBefore().toInstant(),
                        certificate.getNotAfter().toInstant())) {
                    if (boundary.isAfter(now)) {
                        until = boundary.isBefore(until) ? boundary : until;
                    } else {
                        from = boundary.isAfter(from) ? boundary : from;
                    }
                }
            }
        }
        synchronized (entries) {
            entries.put(key, new Known(peer, from, until));
        }
    }

    int size() {
        synchronized (entries) {
            return entries.size();
        }
    }
}
