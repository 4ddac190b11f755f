package io.weft.certs.identity;

import java.util.Optional;

/**
 * A SPIFFE id, {@code spiffe://<trust domain><path>} (SPIFFE-ID, section 2). Parsing is strict and normalizes nothing:
 * no upper case in the scheme or trust domain, no port, user, query, fragment or percent-encoding, no empty segment, no
 * {@code .} or {@code ..}, no slash at the end, at most 2048 characters.
 *
 * @param path empty for the trust domain itself, otherwise {@code /segment/segment...}
 */
public record SpiffeId(TrustDomain trustDomain, String path) {
    private static final String SCHEME = "spiffe://";
    private static final int MAX_CHARS = 2048;

    /** @throws IllegalArgumentException when the path breaks the rules above */
    public SpiffeId {
        int total = SCHEME.length() + trustDomain.name().length() + path.length();
        if (total > MAX_CHARS) {
            throw new IllegalArgumentException(
                    "SPIFFE id of " + total + " characters in " + trustDomain + "; expected at most " + MAX_CHARS);
        }
        checkPath(path);
    }

    /** @throws IllegalArgumentException when the text is not a SPIFFE id; the message says where and why */
    public static SpiffeId parse(String text) {
        if (!text.startsWith(SCHEME)) {
            throw new IllegalArgumentException(
                    "SPIFFE id " + Quoted.of(text) + ": expected it to begin with " + SCHEME);
        }
        int slash = text.indexOf('/', SCHEME.length());
        int end = slash < 0 ? text.length() : slash;
        return new SpiffeId(new TrustDomain(text.substring(SCHEME.length(), end)), text.substring(end));
    }

    /** The id of a workload as Istio forms it: {@code spiffe://<td>/ns/<namespace>/sa/<service account>}. */
    public static SpiffeId workload(TrustDomain trustDomain, String namespace, String serviceAccount) {
        if (namespace.indexOf('/') >= 0 || serviceAccount.indexOf('/') >= 0) {
            throw new IllegalArgumentException("namespace " + Quoted.of(namespace) + " or service account "
                    + Quoted.of(serviceAccount) + " contains a slash; expected one path segment each");
        }
        return new SpiffeId(trustDomain, "/ns/" + namespace + "/sa/" + serviceAccount);
    }

    /** The control plane's own id in a trust domain. */
    public static SpiffeId controlPlane(TrustDomain trustDomain) {
        return workload(trustDomain, "weft-system", "weft-control-plane");
    }

    /** The namespace, if the path has the form of {@link #workload}. */
    public Optional<String> namespace() {
        return segment(2);
    }

    /** The service account, if the path has the form of {@link #workload}. */
    public Optional<String> serviceAccount() {
        return segment(4);
    }

    /** True for an id of a trust domain, which no workload may present. */
    public boolean isTrustDomain() {
        return path.isEmpty();
    }

    /** {@code cluster.local/ns/a/sa/b}: the form in which Istio's policies name principals. */
    public String principal() {
        return trustDomain.name() + path;
    }

    @Override
    public String toString() {
        return SCHEME + trustDomain.name() + path;
    }

    private Optional<String> segment(int index) {
        String[] segments = path.split("/", -1);
        boolean workload = segments.length == 5 && segments[1].equals("ns") && segments[3].equals("sa");
        return workload ? Optional.of(segments[index]) : Optional.empty();
    }

    private static void checkPath(String path) {
        if (path.isEmpty()) {
            return;
        }
        if (path.charAt(0) != '/') {
            throw new IllegalArgumentException("path " + Quoted.of(path) + ": expected it to begin with '/'");
        }
        int segment = 1;
        for (int i = 1; i <= path.length(); i++) {
            if (i == path.length() || path.charAt(i) == '/') {
                checkSegment(path, path.substring(segment, i));
                segment = i + 1;
            } else if (!isPathCharacter(path.charAt(i))) {
                throw new IllegalArgumentException(
                        "path " + Quoted.of(path) + ": character " + Quoted.of(String.valueOf(path.charAt(i))) + " at "
                                + i + "; expected only letters, digits, '.', '-', '_' and '/'");
            }
        }
    }

    private static void checkSegment(String path, String segment) {
        if (segment.isEmpty()) {
            throw new IllegalArgumentException(
                    "path " + Quoted.of(path) + ": empty segment; expected no '//' and no '/' at the end");
        }
        if (segment.equals(".") || segment.equals("..")) {
            throw new IllegalArgumentException(
                    "path " + Quoted.of(path) + ": segment '" + segment + "' is not allowed");
        }
    }

    private static boolean isPathCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '-'
                || c == '_';
    }
}
