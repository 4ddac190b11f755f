package io.weft.proxy.identity;

import io.weft.certs.identity.SpiffeId;
import io.weft.proxy.config.Address;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a certificate is had from a certificate service.
 *
 * @param server the service's host and port, always over TLS
 * @param id whom this proxy is to be
 * @param lifetime asked for; zero for the service's standard
 * @param renewalPoint the share of the life after which it is renewed, between 0 and 1
 * @param jitter the share of the life by which the renewal is moved at most, either way
 * @param folder where key and certificate are kept for the next start; null keeps nothing
 */
public record IssuedOptions(
        Address.Socket server,
        SpiffeId id,
        Proof proof,
        Duration lifetime,
        double renewalPoint,
        double jitter,
        @Nullable Path folder) {

    public static final double DEFAULT_RENEWAL_POINT = 0.5;
    public static final double DEFAULT_JITTER = 0.01;

    /** By what this proxy proves the first time who it is. */
    public sealed interface Proof {

        /** A join token as text. */
        record JoinToken(String text) implements Proof {
            @Override
            public String toString() {
                return "JoinToken[" + text.length() + " characters]";
            }
        }

        /** A join token in a file, read when it is needed. */
        record JoinTokenFile(Path file) implements Proof {}

        /** A certificate that was put there beforehand and is valid in the mesh (Istio's {@code PROV_CERT}). */
        record Provisioned(CertificateFiles files) implements Proof {}

        /**
         * A token that the platform keeps fresh, shown every time.
         *
         * @param roots the certificate service is verified against these
         * @param serverName the DNS name that its certificate must bear
         */
        record PlatformToken(Path token, Path roots, String serverName) implements Proof {}
    }
}
