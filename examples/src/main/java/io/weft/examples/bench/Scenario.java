package io.weft.examples.bench;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** One kind of work, the same for every peer. */
enum Scenario {
    PLAIN("plain", "One plain hop, HTTP/1.1, 1 KB", Shape.HOP, Protocol.HTTP1, Content.SMALL),
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
    START("start", "Start of the client side of an mTLS chain", Shape.START, Protocol.HTTP1, Content.SMALL),
    CLUSTERS("clusters", "Start with 1,000 mTLS clusters of 10 endpoints", Shape.START, Protocol.HTTP1, Content.SMALL);

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

    private final String group;
    private final String title;
    private final Shape shape;
    private final Protocol protocol;
    private final Content content;

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

    /** How many clusters the client's side is told about. */
    int clusters() {
        return this == CLUSTERS ? 1_000 : 1;
    }

    /** Whether latency is also measured at a fixed rate: where requests are short, and our own client speaks them. */
    boolean openLoop() {
        return protocol == Protocol.HTTP1 && content == Content.SMALL && shape != Shape.START && !newConnections();
    }

    /** Whether the proxies make a connection between them for each request. */
    boolean newConnections() {
        return this == HANDSHAKE || this == HANDSHAKE_RESUMED;
    }

    /** Whether such a connection may take up the TLS session of an earlier one. */
    boolean resumes() {
        return this != HANDSHAKE;
    }

    /** Whether the first requests after a start are compared with those of a warm proxy. */
    boolean firstRequests() {
        return this == START;
    }

    /**
     * Who can do this work: nginx speaks no HTTP/2 to upstreams, and Debian's light one has no TCP proxy; a large
     * configuration is compared among those that take the same file.
     */
    Set<Peer> peers() {
        return switch (this) {
            case PLAIN, CHAIN, CHAIN_64K -> EnumSet.allOf(Peer.class);
            case CHAIN_HTTP2, GRPC, TCP, TCP_CHAIN -> EnumSet.complementOf(EnumSet.of(Peer.NGINX));
            case HANDSHAKE, HANDSHAKE_RESUMED, START -> EnumSet.complementOf(EnumSet.of(Peer.DIRECT));
            case CLUSTERS -> EnumSet.of(Peer.WEFT, Peer.ENVOY);
        };
    }

    static List<String> groups() {
        return List.of("plain", "chain", "h2", "grpc", "tcp", "handshake", "start", "clusters");
    }
}
