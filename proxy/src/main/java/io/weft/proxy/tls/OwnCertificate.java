package io.weft.proxy.tls;

import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.KeyRules;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.SvidRules;
import io.weft.certs.identity.Verification;
import io.weft.proxy.config.Secret;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** What this side presents: a chain, leaf first and without a self-issued end, and the leaf's key. */
final class OwnCertificate {
    private static final Set<String> USABLE = Set.of("EC", "RSA");

    private final List<X509Certificate> chain;
    private final PrivateKey key;
    private final @Nullable SpiffeId id;

    private OwnCertificate(List<X509Certificate> chain, PrivateKey key, @Nullable SpiffeId id) {
        this.chain = chain;
        this.key = key;
        this.id = id;
    }

    /** @throws IllegalArgumentException when chain or key cannot be used; the message holds nothing of the key */
    static OwnCertificate of(Secret.Certificate secret) {
        List<X509Certificate> chain = Pem.certificates(secret.chainPem());
        PrivateKey key = Pem.privateKey(secret.keyPem());
        X509Certificate leaf = chain.getFirst();
        KeyRules.problem(leaf.getPublicKey()).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        if (!USABLE.contains(leaf.getPublicKey().getAlgorithm())) {
            throw new IllegalArgumentException("certificate with a key of kind "
                    + KeyRules.describe(leaf.getPublicKey()) + "; BoringSSL is set up to present EC and RSA");
        }
        if (!KeyRules.isPair(leaf.getPublicKey(), key)) {
            throw new IllegalArgumentException("the private key is not the key of the leaf");
        }
        X509Certificate last = chain.getLast();
        boolean endsInRoot = chain.size() > 1 && last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        return new OwnCertificate(
                endsInRoot ? chain.subList(0, chain.size() - 1) : chain,
                key,
                SvidRules.read(leaf) instanceof Verification.Verified(SpiffeId id) ? id : null);
    }

    /** The SPIFFE id in it; null for a certificate outside SPIFFE. */
    @Nullable
    SpiffeId id() {
        return id;
    }

    boolean isValidAt(Instant now) {
        return !now.isBefore(leaf().getNotBefore().toInstant())
                && !now.isAfter(leaf().getNotAfter().toInstant());
    }

    X509Certificate leaf() {
        return chain.getFirst();
    }

    /**
     * For Netty, which then converts the key for BoringSSL once and keeps it. A key store, Netty's usual way, would
     * first encrypt the key with a password: tens of milliseconds for nothing.
     */
    KeyManagerFactory keyManagers() {
        return new OpenSslCachingX509KeyManagerFactory(new Factory(new Keys()), 1);
    }

    private final class Keys extends X509ExtendedKeyManager {
        private static final String ALIAS = "own";

        /** Always: a server that lists the issuers it likes is still shown who we are, and may refuse us by name. */
        @Override
        public String chooseEngineClientAlias(
                String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return keyType.equals(key.getAlgorithm()) ? ALIAS : null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return chooseEngineClientAlias(keyType, issuers, null);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return chooseEngineServerAlias(keyType, issuers, null);
        }
    }

    /** Netty asks for a factory; a provider is only its label. */
    private static final class Factory extends KeyManagerFactory {
        Factory(KeyManager keys) {
            super(
                    new KeyManagerFactorySpi() {
                        @Override
                        protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

                        @Override
                        protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

                        @Override
                        protected KeyManager[] engineGetKeyManagers() {
                            return new KeyManager[] {keys};
                        }
                    },
                    new Provider("Weft", "1", "keys of a secret") {
                        private static final long serialVersionUID = 1L;
                    },
                    "secret");
        }
    }
}
