package io.weft.proxy.config;

/**
 * How TLS is originated.
 *
 * @param sni the server name sent; empty for none
 * @param autoSni the request's authority is sent instead, and the peer must be named so if {@code autoSanValidation}
 */
public record UpstreamTls(TlsParameters parameters, String sni, boolean autoSni, boolean autoSanValidation) {}
