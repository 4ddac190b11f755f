package io.weft.certs.identity;

import io.weft.certs.identity.Verification.Refused;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What SPIFFE's X509-SVID asks of a leaf by itself, whoever signed it. Pure and without cryptography. */
public final class SvidRules {
    private static final int URI_NAME = 6;
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;

    private SvidRules() {}

    /** Every rule that the certificate breaks as a workload's leaf; empty when it is a proper SVID. */
    public static List<Refused> problems(X509Certificate leaf) {
        List<Refused> problems = new ArrayList<>();
        if (read(leaf) instanceof Refused refused) {
            problems.add(refused);
        }
        if (leaf.getBasicConstraints() >= 0) {
            problems.add(new Refused(Refusal.LEAF_IS_CA, "leaf is a CA certificate; expected CA:false"));
        }
        keyUsageProblem(leaf).ifPresent(problems::add);
        return List.copyOf(problems);
    }

    /** The id in the certificate's only URI name. */
    public static Verification read(X509Certificate leaf) {
        List<String> uris = new ArrayList<>();
        try {
            var names = leaf.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (name.getFirst() instanceof Integer type && type == URI_NAME) {
                        uris.add(String.valueOf(name.get(1)));
                    }
                }
            }
        } catch (CertificateParsingException e) {
            return new Refused(Refusal.MALFORMED, "subject alternative names cannot be read: " + e.getMessage());
        }
        if (uris.size() != 1) {
            return new Refused(
                    Refusal.NOT_ONE_URI_NAME,
                    "leaf has " + uris.size() + " URI names; expected exactly one, its SPIFFE id");
        }
        try {
            SpiffeId id = SpiffeId.parse(uris.getFirst());
            return id.isTrustDomain()
                    ? new Refused(Refusal.BAD_SPIFFE_ID, "SPIFFE id '" + id + "' of a leaf has no path")
                    : new Verification.Verified(id);
        } catch (IllegalArgumentException e) {
            return new Refused(Refusal.BAD_SPIFFE_ID, String.valueOf(e.getMessage()));
        }
    }

    /** Whether the leaf may be used in a role. An absent extension allows nothing: it would allow everything. */
    public static Optional<Refused> usageProblem(X509Certificate leaf, PeerRole role) {
        try {
            List<String> usages = leaf.getExtendedKeyUsage();
            if (usages != null && usages.contains(role.usage())) {
                return Optional.empty();
            }
            return Optional.of(new Refused(
                    Refusal.EXTENDED_KEY_USAGE,
                    "leaf's extended key usage is " + (usages == null ? "absent" : usages) + "; expected "
                            + role.usageName() + " (" + role.usage() + ")"));
        } catch (CertificateParsingException e) {
            return Optional.of(new Refused(Refusal.MALFORMED, "extended key usage cannot be read: " + e.getMessage()));
        }
    }

    private static Optional<Refused> keyUsageProblem(X509Certificate leaf) {
        boolean[] usage = leaf.getKeyUsage();
        if (usage == null || !usage[DIGITAL_SIGNATURE]) {
            return Optional.of(new Refused(Refusal.KEY_USAGE, "leaf's key usage does not include digitalSignature"));
        }
        if (usage[KEY_CERT_SIGN] || usage[CRL_SIGN]) {
            return Optional.of(new Refused(Refusal.KEY_USAGE, "leaf's key usage includes keyCertSign or cRLSign"));
        }
        return Optional.empty();
    }
}
