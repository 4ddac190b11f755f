package io.weft.controlplane.caller;

import io.weft.certs.identity.X509Svid;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Presents whatever the server's identity is at the moment of the handshake. The alias is the certificate's serial number, so that
 * chain and key of one handshake always belong together, also when the identity is replaced between the two questions.
 */
final class CurrentKey extends X509ExtendedKeyManager {
    private final Supplier<X509Svid> identity;
    private volatile @Nullable X509Svid previous;
    private volatile @Nullable X509Svid latest;

    CurrentKey(Supplier<X509Svid> identity) {
        this.identity = identity;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        X509Svid svid = identity.get();
        X509Svid before = latest;
        if (!svid.equals(before)) {
            previous = before;
            latest = svid;
        }
        return keyType.startsWith(svid.leaf().getPublicKey().getAlgorithm()) ? alias(svid) : null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        X509Svid svid = find(alias);
        // With the root: a workload that joins knows nothing but its fingerprint and must be shown it.
        return svid == null ? null : svid.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        X509Svid svid = find(alias);
        return svid == null ? null : svid.key();
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = chooseEngineServerAlias(keyType, issuers, null);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    private @Nullable X509Svid find(String alias) {
        X509Svid now = latest;
        if (now != null && alias(now).equals(alias)) {
            return now;
        }
        X509Svid before = previous;
        return before != null && alias(before).equals(alias) ? before : null;
    }

    private static String alias(X509Svid svid) {
        return svid.leaf().getSerialNumber().toString(16);
    }
}
