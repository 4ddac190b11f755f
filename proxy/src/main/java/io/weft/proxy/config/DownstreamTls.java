package io.weft.proxy.config;

/** How TLS is terminated. */
public record DownstreamTls(TlsParameters parameters, boolean requireClientCertificate) {}
