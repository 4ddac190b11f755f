package io.weft.proxy.tls;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the ALPN names of a mesh mean. Istio's sidecars mark traffic between themselves with names of their own, so that a
 * server can tell mutual TLS of the mesh from TLS of an application, and the protocol inside is known from the handshake.
 */
public final class IstioAlpn {
    /** Offered for HTTP/1 between sidecars. */
    public static final String HTTP_1_1 = "istio-http/1.1";

    public static final String HTTP_1_0 = "istio-http/1.0";

    /** Offered for HTTP/2 between sidecars. */
    public static final String HTTP_2 = "istio-h2";

    /** Offered for anything between sidecars. */
    public static final String ANY = "istio";

    /** Offered by sidecars that want to exchange metadata ahead of TCP bytes. */
    public static final String PEER_EXCHANGE = "istio-peer-exchange";

    private static final List<String> MESH = List.of(HTTP_1_1, HTTP_1_0, HTTP_2, ANY, PEER_EXCHANGE);

    private IstioAlpn() {}

    /** What is spoken inside TLS. */
    public enum Inside {
        TCP,
        HTTP_1,
        HTTP_2
    }

    /** Whether a client that offers these is a sidecar of a mesh. */
    public static boolean isMesh(List<String> offered) {
        return offered.stream().anyMatch(MESH::contains);
    }

    /**
     * What the protocol chosen in a handshake means.
     *
     * @param chosen null for none
     * @return empty when it says nothing: none was chosen, or one that we do not know
     */
    public static Optional<Inside> inside(@Nullable String chosen) {
        return switch (chosen) {
            case null -> Optional.empty();
            case HTTP_2, "h2" -> Optional.of(Inside.HTTP_2);
            case HTTP_1_1, HTTP_1_0, "http/1.1", "http/1.0" -> Optional.of(Inside.HTTP_1);
            case ANY, PEER_EXCHANGE -> Optional.of(Inside.TCP);
            default -> Optional.empty();
        };
    }
}
