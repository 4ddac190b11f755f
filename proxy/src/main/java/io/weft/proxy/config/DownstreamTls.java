package io.weft.proxy.config;

import java.time.Duration;

/**
 * How TLS is terminated.
 *
 * @param requireClientCertificate a client that presents no certificate is refused; one that presents a certificate is
 *     always verified if there is something to verify it against
 * @param handshakeTimeout from the client's first byte to the end of the handshake; then the connection is closed
 */
public record DownstreamTls(TlsParameters parameters, boolean requireClientCertificate, Duration handshakeTimeout) {
    public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
}
