package io.weft.proxy.config;

/**
 * Key material by name. Text forms never show it: {@code toString} of every kind hides the key.
 */
public sealed interface Secret {

    /**
     * A certificate chain, leaf first, and its private key, both PEM.
     */
    record Certificate(String chainPem, String keyPem) implements Secret {
        @Override
        public String toString() {
            return "Certificate[chain of " + chainPem.length() + " characters, key hidden]";
        }
    }

    /** Roots that peers are verified against, PEM; several may be current at once. */
    record Trust(String rootsPem) implements Secret {
        @Override
        public String toString() {
            return "Trust[" + rootsPem.length() + " characters]";
        }
    }
}
