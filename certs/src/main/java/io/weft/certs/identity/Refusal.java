package io.weft.certs.identity;

/** Why a chain of certificates was refused. */
public enum Refusal {
    /** The peer sent no certificate. */
    NO_CERTIFICATE,
    /** More certificates, or larger ones, than {@link PeerVerifier} looks at. */
    TOO_LARGE,
    /** An extension or value that cannot be read, or that RFC 5280 forbids. */
    MALFORMED,
    /** Not exactly one URI among the subject alternative names (X509-SVID, section 2). */
    NOT_ONE_URI_NAME,
    /** The URI is not the SPIFFE id of a workload. */
    BAD_SPIFFE_ID,
    /** A valid SPIFFE id, but not the one that was expected here. */
    OTHER_ID,
    /** There is no bundle for the trust domain of the id. */
    UNKNOWN_TRUST_DOMAIN,
    /** The leaf may sign certificates (X509-SVID, section 4). */
    LEAF_IS_CA,
    /** The leaf's key usage does not allow it to authenticate, or allows it to sign certificates or revocation lists. */
    KEY_USAGE,
    /** The leaf's extended key usage does not allow the role it was used in. */
    EXTENDED_KEY_USAGE,
    /** A kind or size of key that is not allowed; see {@link KeyRules}. */
    WEAK_KEY,
    /** A signature algorithm that is not allowed; see {@link KeyRules}. */
    WEAK_SIGNATURE,
    /** A certificate of the path is past its end. */
    EXPIRED,
    /** A certificate of the path is before its beginning. */
    NOT_YET_VALID,
    /** No valid root of the bundle issued the last certificate of the path. */
    UNTRUSTED_ISSUER,
    /** A signature does not verify with the issuer's key. */
    BAD_SIGNATURE,
    /** The certificates do not form a path: names or key identifiers do not chain, or an issuer may not sign. */
    BROKEN_PATH,
}
