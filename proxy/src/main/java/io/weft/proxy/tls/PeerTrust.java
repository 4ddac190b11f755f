package io.weft.proxy.tls;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.KeyRules;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.Refusal;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustBundles;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.Verification;
import io.weft.certs.identity.Verification.Refused;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The roots that the peers of one context are verified against.
 *
 * <p>A root that names its trust domain ({@code spiffe://<domain>}) vouches for that domain only; one that names none
 * belongs to the domain of our own certificate. With roots of trust domains, peers are verified as SPIFFE workloads,
 * each against the bundle of its own domain; without them, or when only names outside SPIFFE are expected and the roots
 * name no domain, by ordinary path validation.
 */
final class PeerTrust {
    private static final int URI_NAME = 6;
    private static final int MAX_CERTIFICATE_BYTES = 16 * 1024;

    private final Set<X509Certificate> roots;
    private final TrustBundles bundles;
    private final boolean rootsNameDomains;
    private final PeerRole peers;
    private final VerifiedPeers verified = new VerifiedPeers();

    private PeerTrust(Set<X509Certificate> roots, TrustBundles bundles, boolean rootsNameDomains, PeerRole peers) {
        this.roots = roots;
        this.bundles = bundles;
        this.rootsNameDomains = rootsNameDomains;
        this.peers = peers;
    }

    /**
     * @param own the trust domain of our own certificate; null if it has none
     * @param peers the role of those who are verified
     * @throws IllegalArgumentException when a root cannot be used
     */
    static PeerTrust of(String rootsPem, @Nullable TrustDomain own, PeerRole peers) {
        Set<X509Certificate> roots = new LinkedHashSet<>(Pem.certificates(rootsPem));
        for (X509Certificate root : roots) {
            KeyRules.rootProblem(root).ifPresent(problem -> {
                throw new IllegalArgumentException("root '" + root.getSubjectX500Principal() + "': " + problem);
            });
        }
        Map<TrustDomain, List<X509Certificate>> byDomain = new LinkedHashMap<>();
        boolean named = false;
        for (X509Certificate root : roots) {
            Optional<TrustDomain> domain = domain(root);
            named |= domain.isPresent();
            TrustDomain vouchesFor = domain.orElse(own);
            if (vouchesFor != null) {
                byDomain.computeIfAbsent(vouchesFor, _ -> new ArrayList<>()).add(root);
            }
        }
        Map<TrustDomain, TrustBundle> bundles = byDomain.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> TrustBundle.of(e.getKey(), e.getValue())));
        return new PeerTrust(roots, new TrustBundles(bundles), named, peers);
    }

    List<X509Certificate> roots() {
        return List.copyOf(roots);
    }

    /**
     * Verifies a peer. The costly part, signatures and parsing, is done once per chain and remembered for as long as no
     * certificate or root begins or ends.
     *
     * @param chain DER, leaf first
     */
    PeerCertificate verify(List<byte[]> chain, ExpectedNames expected, Instant now) throws PeerRefused {
        boolean spiffe = !bundles.byDomain().isEmpty() && (rootsNameDomains || expected.allowsUri());
        Optional<Refused> size = sizeProblem(chain);
        if (size.isPresent()) {
            throw new PeerRefused(size.get());
        }
        VerifiedPeers.Key key = VerifiedPeers.key(chain, spiffe);
        PeerCertificate peer = verified.find(key, now);
        if (peer == null) {
            List<X509Certificate> parsed = parse(chain);
            peer = spiffe ? verifySpiffe(parsed, now) : verifyPkix(parsed, now);
            verified.remember(key, peer, parsed, roots, now);
        }
        Optional<Refused> name = expected.problem(peer);
        if (name.isPresent()) {
            throw new PeerRefused(name.get());
        }
        return peer;
    }

    private PeerCertificate verifySpiffe(List<X509Certificate> chain, Instant now) throws PeerRefused {
        return switch (PeerVerifier.verify(chain, bundles, now, peers)) {
            case Verification.Verified(SpiffeId id) -> facts(chain, id);
            case Refused refused -> throw new PeerRefused(refused);
        };
    }

    private PeerCertificate verifyPkix(List<X509Certificate> chain, Instant now) throws PeerRefused {
        Optional<Refused> problem;
        try {
            problem = PkixRules.problem(chain, roots, now, peers);
        } catch (RuntimeException e) {
            // Certificates come from the network and are parsed lazily; a parser's surprise must never let a peer in.
            problem = Optional.of(new Refused(Refusal.MALFORMED, "chain cannot be read: " + e));
        }
        if (problem.isPresent()) {
            throw new PeerRefused(problem.get());
        }
        return facts(chain, null);
    }

    private static PeerCertificate facts(List<X509Certificate> chain, @Nullable SpiffeId id) throws PeerRefused {
        try {
            return PeerCertificate.of(chain, id);
        } catch (RuntimeException e) {
            throw new PeerRefused(new Refused(Refusal.MALFORMED, String.valueOf(e.getMessage())));
        }
    }

    private static List<X509Certificate> parse(List<byte[]> chain) throws PeerRefused {
        List<X509Certificate> parsed = new ArrayList<>(chain.size());
        try {
            for (byte[] der : chain) {
                parsed.add(Pem.certificate(der));
            }
        } catch (RuntimeException e) {
            throw new PeerRefused(new Refused(Refusal.MALFORMED, String.valueOf(e.getMessage())));
        }
        return List.copyOf(parsed);
    }

    private static Optional<Refused> sizeProblem(List<byte[]> chain) {
        if (chain.isEmpty()) {
            return Optional.of(new Refused(Refusal.NO_CERTIFICATE, "peer sent no certificate"));
        }
        if (chain.size() > PkixRules.MAX_CERTIFICATES
                || chain.stream().anyMatch(der -> der.length > MAX_CERTIFICATE_BYTES)) {
            return Optional.of(new Refused(
                    Refusal.TOO_LARGE,
                    "chain of " + chain.size() + " certificates; expected at most " + PkixRules.MAX_CERTIFICATES
                            + " of at most " + MAX_CERTIFICATE_BYTES + " bytes"));
        }
        return Optional.empty();
    }

    /** The trust domain that a root names; a root whose only URI is no trust domain is not of SPIFFE. */
    private static Optional<TrustDomain> domain(X509Certificate root) {
        try {
            var names = root.getSubjectAlternativeNames();
            if (names == null) {
                return Optional.empty();
            }
            List<String> uris = names.stream()
                    .filter(name -> name.get(0).equals(URI_NAME))
                    .map(name -> String.valueOf(name.get(1)))
                    .filter(uri -> uri.startsWith("spiffe:"))
                    .toList();
            return uris.isEmpty()
                    ? Optional.empty()
                    : Optional.of(SpiffeId.parse(uris.getFirst()).trustDomain());
        } catch (CertificateParsingException e) {
            throw new IllegalArgumentException("root whose names cannot be read", e);
        }
    }
}
