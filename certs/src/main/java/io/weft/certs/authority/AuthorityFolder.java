package io.weft.certs.authority;

import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Authority.NewRoot;
import io.weft.certs.identity.KeyRules;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.store.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The files of an authority. Either a root of its own, {@code root.crt} and {@code root.key}; or an authority plugged in
 * under Istio's names: {@code ca-cert.pem} and {@code ca-key.pem} sign, {@code root-cert.pem} holds the roots, and
 * {@code cert-chain.pem} what stands between (not needed when a root issued {@code ca-cert.pem}). In both cases
 * {@code trusted-roots.pem} may hold further roots to trust. Join tokens are kept in {@code tokens/}.
 *
 * <p>Readers need no lock: every file appears whole, and the certificate is written last. Only the making of a root is
 * guarded, by a lock on {@code .lock}.
 */
public final class AuthorityFolder {
    private static final String OWN_CERTIFICATE = "root.crt";
    private static final String OWN_KEY = "root.key";
    private static final String PLUGGED_CERTIFICATE = "ca-cert.pem";
    private static final String PLUGGED_KEY = "ca-key.pem";
    private static final String PLUGGED_CHAIN = "cert-chain.pem";
    private static final String PLUGGED_ROOTS = "root-cert.pem";
    private static final String FURTHER_ROOTS = "trusted-roots.pem";
    private static final int MAX_ISSUERS = 5;
    private static final int URI_NAME = 6;
    private static final int KEY_CERT_SIGN = 5;
    private static final Object CREATION = new Object();

    private final Path folder;

    public AuthorityFolder(Path folder) {
        this.folder = folder;
    }

    /** Whether the folder holds an authority, complete or not. */
    public boolean holdsAuthority() {
        return Files.exists(folder.resolve(OWN_CERTIFICATE)) || isPlugged();
    }

    /** Where the join tokens of this authority are. */
    public Path tokens() {
        return folder.resolve("tokens");
    }

    /** Where it is kept which keys this authority has certified. */
    public Path issued() {
        return folder.resolve("issued");
    }

    /**
     * The trust domain that the signing certificate or its root names; empty when neither names one, as certificates
     * made by other tools often do not.
     */
    public Optional<TrustDomain> namedTrustDomain() throws IOException {
        List<X509Certificate> named = isPlugged()
                ? Stream.of(PLUGGED_CERTIFICATE, PLUGGED_ROOTS)
                        .flatMap(name -> certificatesIfThere(name).stream())
                        .toList()
                : certificates(OWN_CERTIFICATE);
        return named.stream()
                .flatMap(certificate -> domain(certificate).stream())
                .findFirst();
    }

    SigningMaterial read(TrustDomain trustDomain) throws IOException {
        if (!holdsAuthority()) {
            throw new NoSuchFileException(
                    folder.toString(),
                    null,
                    "no authority here; expected " + OWN_CERTIFICATE + " (made by: weft certs root --dir " + folder
                            + ") or " + PLUGGED_CERTIFICATE);
        }
        if (isPlugged() && Files.exists(folder.resolve(OWN_CERTIFICATE))) {
            throw new IOException(folder + " holds both " + OWN_CERTIFICATE + " and " + PLUGGED_CERTIFICATE
                    + "; expected one authority (put the old root into " + FURTHER_ROOTS + ")");
        }
        try {
            return isPlugged() ? plugged(trustDomain) : own(trustDomain);
        } catch (IllegalArgumentException e) {
            throw new IOException(folder + ": " + e.getMessage(), e);
        }
    }

    void createIfAbsent(TrustDomain trustDomain, Supplier<NewRoot> maker) throws IOException {
        AtomicFile.privateFolder(folder);
        if (holdsAuthority()) {
            return;
        }
        Path lockFile = folder.resolve(".lock");
        // A file lock is held by the whole JVM, so the threads of one JVM are kept apart by a monitor.
        synchronized (CREATION) {
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!lock.isValid() || holdsAuthority()) {
                    return;
                }
                create(trustDomain, maker.get());
            }
        }
    }

    private void create(TrustDomain trustDomain, NewRoot root) throws IOException {
        Path key = folder.resolve(OWN_KEY);
        if (Files.exists(key)) {
            // A crash between the two files, or somebody lost the certificate: a key is never destroyed.
            Files.move(key, folder.resolve(OWN_KEY + ".unused"), StandardCopyOption.ATOMIC_MOVE);
        }
        // The key comes first: whoever sees the certificate may rely on the key.
        AtomicFile.write(key, Pem.encode(root.keys().getPrivate()), AtomicFile.SECRET);
        String text = "# Root of the trust domain " + trustDomain + ", made by weft certs root\n"
                + Pem.encode(List.of(root.certificate()));
        AtomicFile.write(folder.resolve(OWN_CERTIFICATE), text, AtomicFile.PUBLIC);
    }

    private SigningMaterial own(TrustDomain trustDomain) throws IOException {
        X509Certificate root = signer(OWN_CERTIFICATE);
        PrivateKey key = key(OWN_KEY, root, OWN_CERTIFICATE);
        if (!domain(root).equals(Optional.of(trustDomain))) {
            throw new IOException(folder.resolve(OWN_CERTIFICATE) + " is the root of trust domain "
                    + domain(root).map(TrustDomain::name).orElse("(none)") + "; expected " + trustDomain);
        }
        List<X509Certificate> roots = new ArrayList<>(List.of(root));
        roots.addAll(certificatesIfThere(FURTHER_ROOTS));
        return new SigningMaterial(List.of(root), key, TrustBundle.of(trustDomain, roots));
    }

    private SigningMaterial plugged(TrustDomain trustDomain) throws IOException {
        X509Certificate signer = signer(PLUGGED_CERTIFICATE);
        PrivateKey key = key(PLUGGED_KEY, signer, PLUGGED_CERTIFICATE);
        Optional<TrustDomain> named = namedTrustDomain();
        if (named.isPresent() && !named.get().equals(trustDomain)) {
            throw new IOException(
                    folder + " holds an authority of trust domain " + named.get() + "; expected " + trustDomain);
        }
        List<X509Certificate> ownRoots = certificates(PLUGGED_ROOTS);
        List<X509Certificate> between = certificatesIfThere(PLUGGED_CHAIN);
        List<X509Certificate> roots = new ArrayList<>(ownRoots);
        roots.addAll(certificatesIfThere(FURTHER_ROOTS));
        return new SigningMaterial(issuers(signer, between, ownRoots), key, TrustBundle.of(trustDomain, roots));
    }

    /** The chain from the signing certificate to one of the roots. */
    private List<X509Certificate> issuers(
            X509Certificate signer, List<X509Certificate> between, List<X509Certificate> roots) throws IOException {
        List<X509Certificate> issuers = new ArrayList<>(List.of(signer));
        while (!roots.contains(issuers.getLast())) {
            X509Certificate last = issuers.getLast();
            Optional<X509Certificate> next = Stream.concat(roots.stream(), between.stream())
                    .filter(candidate -> !issuers.contains(candidate) && isIssuedBy(last, candidate))
                    .findFirst();
            if (next.isEmpty() || issuers.size() == MAX_ISSUERS) {
                throw new IOException(folder.resolve(PLUGGED_CERTIFICATE) + " does not lead to a root: no issuer '"
                        + last.getIssuerX500Principal() + "' in " + PLUGGED_CHAIN + " or " + PLUGGED_ROOTS
                        + " within " + MAX_ISSUERS + " certificates");
            }
            issuers.add(next.get());
        }
        return issuers;
    }

    private X509Certificate signer(String name) throws IOException {
        List<X509Certificate> found = certificates(name);
        X509Certificate signer = found.getFirst();
        boolean[] usage = signer.getKeyUsage();
        if (found.size() != 1 || signer.getBasicConstraints() < 0 || (usage != null && !usage[KEY_CERT_SIGN])) {
            throw new IOException(folder.resolve(name) + " holds " + found.size()
                    + " certificates, the first with CA:" + (signer.getBasicConstraints() >= 0)
                    + "; expected one that may sign others (CA:true, keyCertSign)");
        }
        KeyRules.problem(signer.getPublicKey()).ifPresent(problem -> {
            throw new IllegalArgumentException(folder.resolve(name) + ": " + problem);
        });
        return signer;
    }

    private PrivateKey key(String name, X509Certificate certificate, String certificateName) throws IOException {
        Path file = folder.resolve(name);
        if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
            throw new IOException(file + " can be read by everybody; expected mode 0600 (chmod 600 " + file + ")");
        }
        PrivateKey key = Pem.privateKey(AtomicFile.read(file));
        if (!KeyRules.isPair(certificate.getPublicKey(), key)) {
            throw new IOException(file + " is not the key of " + certificateName);
        }
        return key;
    }

    private List<X509Certificate> certificates(String name) throws IOException {
        try {
            return Pem.certificates(AtomicFile.read(folder.resolve(name)));
        } catch (IllegalArgumentException e) {
            throw new IOException(folder.resolve(name) + ": " + e.getMessage(), e);
        }
    }

    private List<X509Certificate> certificatesIfThere(String name) {
        try {
            return Files.exists(folder.resolve(name)) ? certificates(name) : List.of();
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private boolean isPlugged() {
        return Files.exists(folder.resolve(PLUGGED_CERTIFICATE));
    }

    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Optional<TrustDomain> domain(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? Optional.empty()
                    : names.stream()
                            .filter(name -> name.getFirst() instanceof Integer type && type == URI_NAME)
                            .map(name -> String.valueOf(name.get(1)))
                            .filter(uri -> uri.startsWith("spiffe://"))
                            .map(uri -> SpiffeId.parse(uri).trustDomain())
                            .findFirst();
        } catch (CertificateParsingException e) {
            throw new IllegalArgumentException("subject alternative names cannot be read: " + e.getMessage(), e);
        }
    }
}
