package io.weft.certs.authority;

import java.util.regex.Pattern;

/** The DNS names that an authority's owner may put into a certificate: plain host names, no wildcards (RFC 1123). */
final class DnsNames {
    private static final int MAX_CHARS = 253;
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?");

    private DnsNames() {}

    static void check(String name) {
        boolean labels = true;
        for (String label : name.split("\\.", -1)) {
            labels &= LABEL.matcher(label).matches();
        }
        if (!labels || name.length() > MAX_CHARS) {
            throw new IllegalArgumentException("DNS name '" + name
                    + "'; expected lower-case labels of letters, digits and '-', at most " + MAX_CHARS + " characters");
        }
    }
}
