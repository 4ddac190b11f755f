package io.weft.proxy.identity;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.join.JoinToken;
import io.weft.certs.store.AtomicFile;
import io.weft.proxy.xds.ServerCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** By what the next certificate is asked for. */
interface Attestation {

    /** There is nothing to ask with; the message says what is needed. */
    final class Missing extends Exception {
        private static final long serialVersionUID = 1;

        Missing(String message) {
            super(message);
        }
    }

    /**
     * @param current the last good certificate, even if it is over; null for none
     * @param bundle null for none yet
     */
    Credentials credentials(@Nullable X509Svid current, @Nullable TrustBundle bundle, Instant now) throws Missing;

    /** The issuer has answered these with a certificate. */
    default void used(Credentials credentials) {}

    /** Nothing came of these. */
    default void failed(Credentials credentials) {}

    /** Where a join token is found; read again for each attempt, since a new one may have been put there. */
    @FunctionalInterface
    interface TokenText {
        /** Empty for none. */
        String read() throws IOException;

        static TokenText file(Path file) {
            return () -> AtomicFile.read(file).strip();
        }
    }

    /**
     * The current certificate if it is valid. When it is over, it may still buy the next one for a while; so it is shown
     * first, and a join token that was not used yet when nothing came of that, in turns. A token that was put there
     * meanwhile has its turn at once.
     */
    final class Joining implements Attestation {
        private final SpiffeId id;
        private final TokenText source;
        private String spent = "";
        private @Nullable String seen;
        private boolean tokenNext;

        Joining(SpiffeId id, TokenText source) {
            this.id = id;
            this.source = source;
        }

        @Override
        public Credentials credentials(@Nullable X509Svid current, @Nullable TrustBundle bundle, Instant now)
                throws Missing {
            Credentials byCertificate =
                    current == null || bundle == null ? null : new Credentials.Current(current, bundle);
            if (byCertificate != null && current != null && current.isValidAt(now)) {
                return byCertificate;
            }
            String text;
            try {
                text = source.read();
            } catch (IOException e) {
                text = "";
                if (byCertificate == null) {
                    throw new Missing("join token cannot be read: " + e);
                }
            }
            boolean fresh = !text.isEmpty() && !text.equals(spent);
            tokenNext |= seen != null && !text.equals(seen);
            seen = text;
            if (fresh && (tokenNext || byCertificate == null)) {
                return new Credentials.Join(token(text));
            }
            if (byCertificate == null) {
                throw new Missing(text.isEmpty() ? "no join token" : "the join token was used: expected a new one");
            }
            return byCertificate;
        }

        @Override
        public void failed(Credentials credentials) {
            tokenNext = credentials instanceof Credentials.Current;
        }

        private JoinToken token(String text) throws Missing {
            JoinToken token;
            try {
                token = JoinToken.parse(text);
            } catch (IllegalArgumentException e) {
                throw new Missing(String.valueOf(e.getMessage()));
            }
            if (!token.id().equals(id)) {
                throw new Missing("join token is for " + token.id() + ": expected one for " + id);
            }
            return token;
        }

        @Override
        public void used(Credentials credentials) {
            if (credentials instanceof Credentials.Join(JoinToken token)) {
                spent = token.text();
            }
        }
    }

    /**
     * The current certificate if it is valid; else the one that was provisioned; and if that is over too, the current one
     * after all, which was issued later.
     */
    record Provisioned(TrustDomain trustDomain, CertificateFiles files) implements Attestation {
        @Override
        public Credentials credentials(@Nullable X509Svid current, @Nullable TrustBundle bundle, Instant now)
                throws Missing {
            if (current != null && bundle != null && current.isValidAt(now)) {
                return new Credentials.Current(current, bundle);
            }
            Credentials.Current provisioned;
            try {
                provisioned = new Credentials.Current(
                        X509Svid.parse(AtomicFile.read(files.chain()), AtomicFile.read(files.key())),
                        TrustBundle.parse(trustDomain, AtomicFile.read(files.roots())));
            } catch (IOException | IllegalArgumentException e) {
                throw new Missing("provisioned certificate cannot be used: " + e);
            }
            return current == null || bundle == null || provisioned.svid().isValidAt(now)
                    ? provisioned
                    : new Credentials.Current(current, bundle);
        }
    }

    /**
     * A token that the platform keeps fresh in a file, shown each time; the server is known by roots in a file. Where they are
     * not there, the current certificate, even if it is over: it may be what a join token bought before a restart without one.
     */
    record PlatformToken(Path token, Path roots, java.util.function.Function<String, ServerCheck> server)
            implements Attestation {
        @Override
        public Credentials credentials(@Nullable X509Svid current, @Nullable TrustBundle bundle, Instant now)
                throws Missing {
            try {
                String rootsPem = AtomicFile.read(roots);
                Pem.certificates(rootsPem);
                return new Credentials.Platform(AtomicFile.read(token).strip(), server.apply(rootsPem));
            } catch (IOException | IllegalArgumentException e) {
                if (current != null && bundle != null) {
                    return new Credentials.Current(current, bundle);
                }
                throw new Missing("token or roots cannot be read: " + e);
            }
        }
    }
}
