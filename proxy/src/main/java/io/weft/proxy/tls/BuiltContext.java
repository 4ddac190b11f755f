package io.weft.proxy.tls;

/** What came of making a context. A failure is remembered too: retrying it for every connection would change nothing. */
sealed interface BuiltContext {
    record Ready(TlsContext context) implements BuiltContext {}

    record Unusable(String reason) implements BuiltContext {}
}
