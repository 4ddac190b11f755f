package io.weft.certs.authority;

import io.weft.certs.authority.Issuance.Issued;
import io.weft.certs.authority.Issuance.Reason;
import io.weft.certs.authority.Issuance.Refused;
import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.x509.CertificateRequest;
import io.weft.certs.x509.CertificateRequest.Reading;
import io.weft.certs.x509.CertificateWriter;
import io.weft.certs.x509.CertificateWriter.Leaf;
import io.weft.certs.x509.CertificateWriter.Validity;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Gives out the identities of one trust domain. Immutable and safe for many threads; a changed folder is picked up by
 * opening it again.
 */
public final class Authority {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration ROOT_LIFETIME = Duration.ofDays(3650);
    private static final int SERIAL_BITS = 128;

    private final TrustDomain trustDomain;
    private final SigningMaterial material;
    private final Lifetimes lifetimes;
    private final InstantSource clock;

    Authority(TrustDomain trustDomain, SigningMaterial material, Lifetimes lifetimes, InstantSource clock) {
        this.trustDomain = trustDomain;
        this.material = material;
        this.lifetimes = lifetimes;
        this.clock = clock;
    }

    /**
     * The authority of a folder; see {@link AuthorityFolder} for its files.
     *
     * @throws IOException when the folder holds no authority, or one that cannot be used; the message says which file
     */
    public static Authority open(Path folder, TrustDomain trustDomain, InstantSource clock) throws IOException {
        SigningMaterial material = new AuthorityFolder(folder).read(trustDomain);
        return new Authority(trustDomain, material, Lifetimes.DEFAULT, clock);
    }

    /** The authority of a folder, made first with a root of its own (EC P-256, ten years) where there is none. */
    public static Authority openOrCreate(Path folder, TrustDomain trustDomain, InstantSource clock) throws IOException {
        new AuthorityFolder(folder).createIfAbsent(trustDomain, () -> newRoot(trustDomain, clock.instant()));
        return open(folder, trustDomain, clock);
    }

    /** An authority that lives in memory only. */
    public static Authority inMemory(TrustDomain trustDomain, InstantSource clock) {
        NewRoot root = newRoot(trustDomain, clock.instant());
        var bundle = TrustBundle.of(trustDomain, List.of(root.certificate()));
        var material =
                new SigningMaterial(List.of(root.certificate()), root.keys().getPrivate(), bundle);
        return new Authority(trustDomain, material, Lifetimes.DEFAULT, clock);
    }

    /** The same authority with other lifetimes. */
    public Authority with(Lifetimes others) {
        return new Authority(trustDomain, material, others, clock);
    }

    /** The same authority that also tells its callers to trust these roots. */
    public Authority trusting(TrustBundle bundle) {
        if (!bundle.trustDomain().equals(trustDomain) || !bundle.contains(material.root())) {
            throw new IllegalArgumentException(
                    "bundle " + bundle + "; expected one of " + trustDomain + " with the authority's own root");
        }
        var others = new SigningMaterial(material.issuers(), material.key(), bundle);
        return new Authority(trustDomain, others, lifetimes, clock);
    }

    public TrustDomain trustDomain() {
        return trustDomain;
    }

    /** All roots that the mesh is to trust, the authority's own among them. */
    public TrustBundle bundle() {
        return material.bundle();
    }

    /** The root that ends the chains of this authority. */
    public X509Certificate root() {
        return material.root();
    }

    /** What a join token carries. */
    public Fingerprint rootFingerprint() {
        return Fingerprint.of(root());
    }

    /** The certificate that signs: an intermediate, or the root itself. */
    public X509Certificate issuer() {
        return material.issuer();
    }

    /**
     * Issues a certificate for the caller.
     *
     * @param csrPem the request, of which only the key is used
     * @param caller the id that the caller was authenticated as
     * @param lifetime zero for the standard one; longer ones are cut to what is allowed
     */
    public Issuance issue(String csrPem, SpiffeId caller, Duration lifetime) {
        return switch (inspect(csrPem)) {
            case Inspection.Acceptable(CertificateRequest request) ->
                certify(request.key(), caller, lifetime, ServerNames.NONE);
            case Inspection.Unacceptable(Refused refused) -> refused;
        };
    }

    /** Whether a request could be granted at all, so that a single-use token is not bound to one that cannot. */
    public Inspection inspect(String csrPem) {
        return switch (CertificateRequest.parsePem(csrPem)) {
            case Reading.NotReadable(String detail) -> unacceptable(Reason.MALFORMED, detail);
            case Reading.KeyNotAllowed(String detail) -> unacceptable(Reason.KEY_NOT_ALLOWED, detail);
            case Reading.NotProved(String detail) -> unacceptable(Reason.NO_PROOF_OF_POSSESSION, detail);
            case Reading.Proved(CertificateRequest request) ->
                isOwnKey(request.key())
                        ? unacceptable(Reason.KEY_OF_AUTHORITY, "request for a key of the authority itself")
                        : new Inspection.Acceptable(request);
        };
    }

    /** What is known of a request before it is known who asks. */
    public sealed interface Inspection {
        record Acceptable(CertificateRequest request) implements Inspection {}

        record Unacceptable(Refused refusal) implements Inspection {}
    }

    /**
     * A key and certificate for the owner of the authority, such as the control plane's own server or a program that
     * cannot make a request. Only here can a certificate get DNS names and addresses.
     *
     * @throws IllegalArgumentException when it is refused; the message says why
     */
    public X509Svid issueOwn(KeyAlgorithm algorithm, SpiffeId id, Duration lifetime, ServerNames names) {
        KeyPair keys = algorithm.generate();
        return switch (certify(keys.getPublic(), id, lifetime, names)) {
            case Issued issued -> new X509Svid(id, issued.chain(), keys.getPrivate());
            case Refused refused -> throw new IllegalArgumentException("no certificate for '" + id + "': " + refused);
        };
    }

    /** As the other one, with DNS names only. */
    public X509Svid issueOwn(KeyAlgorithm algorithm, SpiffeId id, Duration lifetime, Set<String> dnsNames) {
        return issueOwn(algorithm, id, lifetime, new ServerNames(dnsNames, Set.of()));
    }

    private Issuance certify(PublicKey key, SpiffeId id, Duration lifetime, ServerNames names) {
        if (!id.trustDomain().equals(trustDomain) || id.isTrustDomain()) {
            return new Refused(
                    Reason.NOT_OUR_NAME, "id '" + id + "'; expected a path in the trust domain " + trustDomain);
        }
        if (lifetime.isNegative()) {
            return new Refused(Reason.BAD_LIFETIME, "lifetime " + lifetime + "; expected zero (the standard) or more");
        }
        Optional<Validity> validity = lifetimes.validity(lifetime, clock.instant(), material.issuer());
        if (validity.isEmpty()) {
            return new Refused(
                    Reason.AUTHORITY_EXPIRED,
                    "the authority's certificate is valid until "
                            + material.issuer().getNotAfter().toInstant() + ", now is " + clock.instant());
        }
        var leaf = new Leaf(id, names.dns(), names.addresses(), key, validity.get(), newSerial());
        List<X509Certificate> chain = new ArrayList<>();
        chain.add(CertificateWriter.leaf(leaf, material.issuer(), material.key()));
        chain.addAll(material.issuers());
        return new Issued(id, chain);
    }

    private boolean isOwnKey(PublicKey key) {
        return material.issuers().stream()
                        .anyMatch(issuer -> issuer.getPublicKey().equals(key))
                || bundle().roots().stream()
                        .anyMatch(root -> root.getPublicKey().equals(key));
    }

    private static Inspection unacceptable(Reason reason, String detail) {
        return new Inspection.Unacceptable(new Refused(reason, detail));
    }

    /** A root that was just made and is not yet in any folder. */
    record NewRoot(X509Certificate certificate, KeyPair keys) {}

    private static NewRoot newRoot(TrustDomain trustDomain, Instant now) {
        KeyPair keys = KeyAlgorithm.EC_P256.generate();
        Instant second = now.truncatedTo(ChronoUnit.SECONDS);
        var validity = new Validity(second.minus(Lifetimes.DEFAULT.backDating()), second.plus(ROOT_LIFETIME));
        return new NewRoot(CertificateWriter.root(trustDomain, keys, validity, newSerial()), keys);
    }

    private static BigInteger newSerial() {
        // The highest bit is set so that the serial always has its full length, and is never zero.
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS - 1);
    }
}
