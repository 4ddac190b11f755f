package io.weft.proxy.identity;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.join.JoinToken;
import io.weft.certs.store.AtomicFile;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the key and certificate are kept for the next start, if that was asked for: without it a restart needs a new
 * join token. The proxy itself reads {@code svid.pem}, key and chain in one file so that they are never of two rotations;
 * {@code key.pem}, {@code cert-chain.pem} and {@code root-cert.pem} are for others, as with Istio's {@code OUTPUT_CERTS}.
 * {@code joining.pem} is there while a join token has been shown and not been answered: the token belongs to the key of
 * that request, so whoever starts next must ask for the same. Files with a key have mode 0600.
 */
record SvidFolder(@Nullable Path folder) {

    private static final System.Logger LOGGER = System.getLogger("io.weft.proxy.identity");
    private static final String OWN = "svid.pem";
    private static final String JOINING = "joining.pem";
    private static final String KEY = "key.pem";
    private static final String CHAIN = "cert-chain.pem";
    private static final String ROOTS = "root-cert.pem";

    /** Keeps nothing. */
    static final SvidFolder NONE = new SvidFolder(null);

    record Kept(X509Svid svid, TrustBundle bundle) {}

    /** What was kept, if it is this id's. It may be over; then it can serve no more, but may buy the next one. */
    Optional<Kept> load(SpiffeId id) {
        if (folder == null || !Files.exists(folder.resolve(OWN))) {
            return Optional.empty();
        }
        try {
            String own = AtomicFile.read(folder.resolve(OWN));
            X509Svid svid = X509Svid.parse(own, own);
            TrustBundle bundle = TrustBundle.parse(id.trustDomain(), AtomicFile.read(folder.resolve(ROOTS)));
            if (!svid.id().equals(id)) {
                LOGGER.log(Level.WARNING, "{0}/{1} is not used: {2}: expected one of {3}", folder, OWN, svid, id);
                return Optional.empty();
            }
            return Optional.of(new Kept(svid, bundle));
        } catch (IOException | IllegalArgumentException e) {
            LOGGER.log(Level.WARNING, "{0}/{1} is not used: {2}", folder, OWN, e);
            return Optional.empty();
        }
    }

    /** The request that was sent with this token and not answered, if that is known. */
    Optional<PendingRequest> loadJoining(JoinToken token) {
        if (folder == null || !Files.exists(folder.resolve(JOINING))) {
            return Optional.empty();
        }
        try {
            String text = AtomicFile.read(folder.resolve(JOINING));
            return text.startsWith(token.handle() + "\n") ? Optional.of(PendingRequest.parse(text)) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            LOGGER.log(Level.WARNING, "{0}/{1} is not used: {2}", folder, JOINING, e);
            return Optional.empty();
        }
    }

    /** To be called before the token is shown. */
    void saveJoining(JoinToken token, PendingRequest request) {
        if (folder == null) {
            return;
        }
        try {
            AtomicFile.privateFolder(folder);
            AtomicFile.write(folder.resolve(JOINING), token.handle() + "\n" + request.text(), AtomicFile.SECRET);
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "the first request cannot be kept in " + folder, e);
        }
    }

    /** A folder that cannot be written does not keep the certificate from being used. */
    void save(X509Svid svid, TrustBundle bundle) {
        if (folder == null) {
            return;
        }
        try {
            AtomicFile.privateFolder(folder);
            AtomicFile.write(folder.resolve(ROOTS), bundle.toPem(), AtomicFile.PUBLIC);
            AtomicFile.write(folder.resolve(OWN), svid.keyPem() + svid.chainPem(), AtomicFile.SECRET);
            AtomicFile.write(folder.resolve(KEY), svid.keyPem(), AtomicFile.SECRET);
            AtomicFile.write(folder.resolve(CHAIN), Pem.encode(List.copyOf(svid.chain())), AtomicFile.PUBLIC);
            Files.deleteIfExists(folder.resolve(JOINING));
        } catch (IOException e) {
            LOGGER.log(Level.ERROR, "the certificate cannot be kept in " + folder + ": a restart will need a token", e);
        }
    }
}
