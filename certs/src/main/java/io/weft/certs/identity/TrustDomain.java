package io.weft.certs.identity;

/**
 * A trust domain: the namespace in which one authority gives out identities (SPIFFE-ID, section 2.1).
 *
 * @param name 1 to 255 characters of {@code a-z 0-9 . - _}, compared as they are
 */
public record TrustDomain(String name) {
    static final int MAX_CHARS = 255;

    /** The trust domain of a mesh that was not told another. */
    public static final TrustDomain DEFAULT = new TrustDomain("cluster.local");

    /** @throws IllegalArgumentException when the name is not a trust domain */
    public TrustDomain {
        if (name.isEmpty() || name.length() > MAX_CHARS) {
            throw new IllegalArgumentException("trust domain " + Quoted.of(name) + " has " + name.length()
                    + " characters; expected 1 to " + MAX_CHARS);
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!isAllowed(c)) {
                throw new IllegalArgumentException("trust domain " + Quoted.of(name) + ": character "
                        + Quoted.of(String.valueOf(c)) + " at " + i + "; expected only a-z, 0-9, '.', '-' and '_'");
            }
        }
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    }

    /** The id of the trust domain itself, as its signing certificates carry it: {@code spiffe://cluster.local}. */
    public SpiffeId id() {
        return new SpiffeId(this, "");
    }

    @Override
    public String toString() {
        return name;
    }
}
