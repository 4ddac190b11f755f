package io.weft.proxy.tls;

/**
 * TLS was asked for and cannot be had now: a secret is missing, malformed or not valid at this moment, or the
 * configuration cannot be met. The connection must be refused; there is no fallback. Checked, so that no caller forgets.
 */
public final class TlsUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    TlsUnavailable(String reason) {
        // Thrown per connection while a secret is missing: a stack trace would cost more than the refusal.
        super(reason, null, false, false);
    }

    /** One line for a log or a response detail: what is missing and what was expected. Never holds key material. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
