package io.weft.certs.identity;

/** The role in which a peer presented its certificate. */
public enum PeerRole {
    CLIENT("1.3.6.1.5.5.7.3.2", "clientAuth"),
    SERVER("1.3.6.1.5.5.7.3.1", "serverAuth");

    private final String usage;
    private final String usageName;

    PeerRole(String usage, String usageName) {
        this.usage = usage;
        this.usageName = usageName;
    }

    /** The object identifier of the extended key usage that this role needs (RFC 5280, 4.2.1.12). */
    public String usage() {
        return usage;
    }

    /** The usage's name in RFC 5280. */
    public String usageName() {
        return usageName;
    }
}
