package io.weft.certs.identity;

import io.weft.certs.asn1.Pem;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The roots of one trust domain: 1 to 64 certificates, any of which may have signed. Immutable; equal when domain and
 * roots are equal, whatever their order. Roots may be expired or not yet valid: {@link PeerVerifier} looks at that with
 * the instant of the handshake.
 */
public final class TrustBundle {
    private static final int MAX_ROOTS = 64;
    private static final int KEY_CERT_SIGN = 5;

    private final TrustDomain trustDomain;
    private final Set<X509Certificate> roots;
    // Made once here, because every handshake needs them.
    private final Set<TrustAnchor> anchors;

    private TrustBundle(TrustDomain trustDomain, Set<X509Certificate> roots) {
        this.trustDomain = trustDomain;
        this.roots = roots;
        this.anchors = roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * @throws IllegalArgumentException when there is no root, there are too many, or one is not a CA certificate, has a
     *     weak key, or carries name constraints (a root's would be ignored by path validation; put them on an
     *     intermediate)
     */
    public static TrustBundle of(TrustDomain trustDomain, List<X509Certificate> roots) {
        var unique = new LinkedHashSet<>(roots);
        if (unique.isEmpty() || unique.size() > MAX_ROOTS) {
            throw new IllegalArgumentException(
                    "trust bundle of " + trustDomain + " has " + unique.size() + " roots; expected 1 to " + MAX_ROOTS);
        }
        unique.forEach(root -> check(trustDomain, root));
        return new TrustBundle(trustDomain, Collections.unmodifiableSet(unique));
    }

    /** A bundle from certificates in PEM. */
    public static TrustBundle parse(TrustDomain trustDomain, String pem) {
        return of(trustDomain, Pem.certificates(pem));
    }

    public TrustDomain trustDomain() {
        return trustDomain;
    }

    /** The roots in the order in which they were given. */
    public List<X509Certificate> roots() {
        return List.copyOf(roots);
    }

    /** The same bundle with one root more. */
    public TrustBundle with(X509Certificate root) {
        var more = new ArrayList<>(roots);
        more.add(root);
        return of(trustDomain, more);
    }

    /** The same bundle with one root less. */
    public TrustBundle without(Fingerprint root) {
        return of(
                trustDomain,
                roots.stream()
                        .filter(candidate -> !Fingerprint.of(candidate).equals(root))
                        .toList());
    }

    public boolean contains(X509Certificate root) {
        return roots.contains(root);
    }

    public List<Fingerprint> fingerprints() {
        return roots.stream().map(Fingerprint::of).toList();
    }

    public String toPem() {
        return Pem.encode(roots());
    }

    Set<TrustAnchor> anchors() {
        return anchors;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrustBundle that && trustDomain.equals(that.trustDomain) && roots.equals(that.roots);
    }

    @Override
    public int hashCode() {
        return 31 * trustDomain.hashCode() + roots.hashCode();
    }

    @Override
    public String toString() {
        return "TrustBundle[" + trustDomain + ", " + fingerprints() + "]";
    }

    private static void check(TrustDomain trustDomain, X509Certificate root) {
        String where = "root '" + root.getSubjectX500Principal() + "' of " + trustDomain;
        boolean[] usage = root.getKeyUsage();
        if (root.getBasicConstraints() < 0 || (usage != null && !usage[KEY_CERT_SIGN])) {
            throw new IllegalArgumentException(where + " is not a CA certificate; expected CA:true and keyCertSign");
        }
        KeyRules.rootProblem(root).ifPresent(problem -> {
            throw new IllegalArgumentException(where + ": " + problem);
        });
    }
}
