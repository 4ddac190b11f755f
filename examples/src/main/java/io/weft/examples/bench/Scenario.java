package io.weft.examples.bench;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One kind of work, the same for every peer. */
enum Scenario {
    PLAIN("plain", "One plain hop, HTTP/1.1, 1 KB", Shape.HOP, Protocol.HTTP1, Content.SMALL),
    PLAIN_HTTP2("plain", "One plain hop, HTTP/2 on both sides, 1 KB", Shape.HOP, Protocol.HTTP2, Content.SMALL),
    PLAIN_GRPC("plain", "One plain hop, gRPC-sized calls with trailers", Shape.HOP, Protocol.GRPC, Content.CALL),
    CHAIN("chain", "Two proxies with mTLS between them, HTTP/1.1, 1 KB", Shape.CHAIN, Protocol.HTTP1, Content.SMALL),
    CHAIN_64K(
            "chain", "Two proxies with mTLS between them, HTTP/1.1, 64 KB", Shape.CHAIN, Protocol.HTTP1, Content.LARGE),
    CHAIN_HTTP2(
            "h2",
            "Two proxies with mTLS between them, HTTP/2 throughout, 1 KB",
            Shape.CHAIN,
            Protocol.HTTP2,
            Content.SMALL),
    GRPC(
            "grpc",
            "Two proxies with mTLS between them, gRPC-sized calls with trailers",
            Shape.CHAIN,
            Protocol.GRPC,
            Content.CALL),
    TCP("tcp", "One plain hop, raw TCP, 16 MB downloads", Shape.HOP, Protocol.TCP, Content.BULK),
    TCP_CHAIN(
            "tcp",
            "Two proxies with mTLS between them, raw TCP, 16 MB downloads",
            Shape.CHAIN,
            Protocol.TCP,
            Content.BULK),
    HANDSHAKE(
            "handshake",
            "A new mTLS connection between the proxies per request, full handshakes",
            Shape.CHAIN,
            Protocol.HTTP1,
            Content.SMALL),
    HANDSHAKE_RESUMED(
            "handshake",
            "A new mTLS connection between the proxies per request, resumed where the proxy does that",
            Shape.CHAIN,
            Protocol.HTTP1,
            Content.SMALL),
    HANDSHAKE_HYBRID(
            "handshake",
            "A new mTLS connection between the proxies per request, full handshakes with X25519MLKEM768",
            Shape.CHAIN,
            Protocol.HTTP1,
            Content.SMALL),
    START("start", "Start of the client's side of an mTLS chain, told by a file", Shape.START),
    START_ADS("start", "Start with certificate and configuration over ADS", Shape.START),
    START_SIDECAR(
            "start",
            "Start as a sidecar: certificate for its own key by a join token, configuration over ADS",
            Shape.START),
    CLUSTERS_1("clusters", "Start with one mTLS cluster of 10 endpoints", Shape.START),
    CLUSTERS_20("clusters", "Start with 20 mTLS clusters of 10 endpoints", Shape.START),
    CLUSTERS_1000("clusters", "Start with 1,000 mTLS clusters of 10 endpoints", Shape.START);

    /** How many proxies there are, and what is asked of them. */
    enum Shape {
        /** One proxy under load. */
        HOP,
        /** Two under load, with mutual TLS between them. */
        CHAIN,
        /** Two, of which the client's is started over and over. */
        START
    }

    enum Protocol {
        HTTP1,
        HTTP2,
        /** HTTP/2 with trailers, from a server that gives some. */
        GRPC,
        TCP;

        boolean http2() {
            return this == HTTP2 || this == GRPC;
        }
    }

    /** Where the client's proxy has its configuration and its certificate from. */
    enum Source {
        FILE,
        /** Both over ADS. */
        ADS,
        /** The configuration over ADS, a certificate for a key of its own by Istio's certificate service. */
        SIDECAR
    }

    private final String group;
    private final String title;
    private final Shape shape;
    private final Protocol protocol;
    private final Content content;

    Scenario(String group, String title, Shape shape) {
        this(group, title, shape, Protocol.HTTP1, Content.SMALL);
    }

    Scenario(String group, String title, Shape shape, Protocol protocol, Content content) {
        this.group = group;
        this.title = title;
        this.shape = shape;
        this.protocol = protocol;
        this.content = content;
    }

    /** What {@code --only} calls it. */
    String group() {
        return group;
    }

    String title() {
        return title;
    }

    Shape shape() {
        return shape;
    }

    Protocol protocol() {
        return protocol;
    }

    Content content() {
        return content;
    }

    boolean mutualTls() {
        return shape != Shape.HOP;
    }

    Source source() {
        return switch (this) {
            case START_ADS -> Source.ADS;
            case START_SIDECAR -> Source.SIDECAR;
            default -> Source.FILE;
        };
    }

    /** How many clusters of 10 endpoints the client's side is told about; zero for one of a single endpoint. */
    int clusters() {
        return switch (this) {
            case CLUSTERS_1 -> 1;
            case CLUSTERS_20 -> 20;
            case CLUSTERS_1000 -> 1_000;
            default -> 0;
        };
    }

    /** The one that this is shown as more than. */
    Optional<Scenario> base() {
        return clusters() > 1 ? Optional.of(CLUSTERS_1) : Optional.empty();
    }

    /** Whether latency is also measured at a fixed rate: where requests are short, and over kept connections. */
    boolean openLoop() {
        boolean small = content == Content.SMALL || content == Content.CALL;
        return protocol != Protocol.TCP && small && shape != Shape.START && !newConnections();
    }

    /** The one group of the key exchange, as BoringSSL names it: what all peers know, or what is Weft's own choice. */
    String keyExchange() {
        return this == HANDSHAKE_HYBRID ? "X25519MLKEM768" : "X25519";
    }

    /** Whether the proxies make a connection between them for each request. */
    boolean newConnections() {
        return this == HANDSHAKE || this == HANDSHAKE_RESUMED || this == HANDSHAKE_HYBRID;
    }

    /** Whether such a connection may take up the TLS session of an earlier one. */
    boolean resumes() {
        return this != HANDSHAKE && this != HANDSHAKE_HYBRID;
    }

    /** Whether that peer is asked by its own page if it is ready, as platforms do before they send traffic. */
    boolean saysWhenReady(Peer peer) {
        return shape == Shape.START && (peer == Peer.WEFT || peer == Peer.ENVOY);
    }

    /** Whether the first requests after a start are compared with those of a warm proxy. */
    boolean firstRequests() {
        return this == START || this == START_ADS || this == START_SIDECAR;
    }

    /**
     * Who can do this work: the hybrid key exchange is in BoringSSL and not in every OpenSSL; a large configuration, and
     * one over ADS, is compared among those that take the same; without a proxy there is nothing to start.
     */
    Set<Peer> peers() {
        return switch (this) {
            case PLAIN, PLAIN_HTTP2, PLAIN_GRPC, CHAIN, CHAIN_64K, CHAIN_HTTP2, GRPC, TCP, TCP_CHAIN ->
                EnumSet.allOf(Peer.class);
            case HANDSHAKE, HANDSHAKE_RESUMED, START -> EnumSet.complementOf(EnumSet.of(Peer.DIRECT));
            case HANDSHAKE_HYBRID, START_ADS, CLUSTERS_1, CLUSTERS_20, CLUSTERS_1000 ->
                EnumSet.of(Peer.WEFT, Peer.ENVOY);
            case START_SIDECAR -> EnumSet.of(Peer.WEFT);
        };
    }

    static List<String> groups() {
        return Arrays.stream(values()).map(Scenario::group).distinct().toList();
    }
}
