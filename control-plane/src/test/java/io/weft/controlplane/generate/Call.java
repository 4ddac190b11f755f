package io.weft.controlplane.generate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody tries, in a user's words.
 *
 * @param from the address of the caller
 * @param to where it connects to
 * @param bytes what it sends first
 * @param alpn offered when it speaks TLS itself
 * @param peer the SPIFFE id in its certificate, when it speaks the mesh's TLS itself
 */
record Call(
        String from,
        String to,
        int port,
        Bytes bytes,
        List<String> alpn,
        @Nullable String peer,
        String method,
        String authority,
        String path) {

    enum Bytes {
        HTTP1,
        H2C,
        TLS,
        OPAQUE
    }

    static Call http(String from, String to, int port) {
        return new Call(from, to, port, Bytes.HTTP1, List.of(), null, "GET", to + ":" + port, "/");
    }

    static Call h2c(String from, String to, int port) {
        return new Call(from, to, port, Bytes.H2C, List.of(), null, "POST", to + ":" + port, "/");
    }

    static Call opaque(String from, String to, int port) {
        return new Call(from, to, port, Bytes.OPAQUE, List.of(), null, "", "", "");
    }

    static Call tls(String from, String to, int port, @Nullable String peer, String... alpn) {
        return new Call(from, to, port, Bytes.TLS, List.of(alpn), peer, "", "", "");
    }

    Call request(String newMethod, String newAuthority, String newPath) {
        return new Call(from, to, port, bytes, alpn, peer, newMethod, newAuthority, newPath);
    }

    boolean isHttp() {
        return !method.isEmpty();
    }
}
