package io.weft.certs.authority;

import io.weft.certs.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** What came of a request for a certificate. */
public sealed interface Issuance {
    /**
     * A certificate was issued.
     *
     * @param chain leaf first, root last
     */
    record Issued(SpiffeId id, List<X509Certificate> chain) implements Issuance {
        public Issued {
            chain = List.copyOf(chain);
        }

        public Instant notAfter() {
            return chain.getFirst().getNotAfter().toInstant();
        }
    }

    /**
     * None was.
     *
     * @param detail for the audit log; the caller is not to be told
     */
    record Refused(Reason reason, String detail) implements Issuance {
        @Override
        public String toString() {
            return reason + ": " + detail;
        }
    }

    /** Why a request is refused. */
    enum Reason {
        /** Not a PKCS#10 request. */
        MALFORMED,
        /** The sender did not prove to hold the private key. */
        NO_PROOF_OF_POSSESSION,
        /** A kind or size of key that is not allowed. */
        KEY_NOT_ALLOWED,
        /** The key is one of the authority's own. */
        KEY_OF_AUTHORITY,
        /** The caller's id is not one that this authority may give out. */
        NOT_OUR_NAME,
        /** The lifetime is negative. */
        BAD_LIFETIME,
        /** The authority's own certificate has expired, or is about to. */
        AUTHORITY_EXPIRED,
    }
}
