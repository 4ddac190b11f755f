package io.weft.controlplane.source;

import java.util.regex.Pattern;

/** The forms of names in Kubernetes. A dot or slash in the wrong name would let one SPIFFE id read as another. */
final class Names {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private Names() {}

    /** RFC 1123 label: of a namespace, a service, a port. */
    static String label(String text) {
        if (!LABEL.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + Findings.shorten(text)
                    + "' is not a DNS label: expected at most 63 of a-z, 0-9 and '-', not '-' at an end");
        }
        return text;
    }

    /** For the kinds whose own name is a label. */
    static void checkLabel(String name, Fields object) {
        try {
            label(name);
        } catch (IllegalArgumentException e) {
            object.refuse("metadata.name: " + e.getMessage());
        }
    }

    /** RFC 1123 subdomain: of any other object, a service account too. */
    static String subdomain(String text) {
        if (text.length() > 253 || !SUBDOMAIN.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + Findings.shorten(text)
                            + "' is not a DNS name: expected at most 253 of a-z, 0-9, '-' and '.', each part not '-' at an end");
        }
        return text;
    }
}
