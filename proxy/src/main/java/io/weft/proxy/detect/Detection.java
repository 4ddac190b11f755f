package io.weft.proxy.detect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the first bytes of a connection say. */
public sealed interface Detection {

    /** @param bytes how many bytes in all there must be before another look can help */
    record NeedMore(int bytes) implements Detection {}

    /**
     * A whole ClientHello (RFC 8446 section 4.1.2), in however many records.
     *
     * @param serverName SNI, lower case, without a dot at the end; null for none
     * @param alpn protocols offered, in order; at most 32 are reported
     */
    record Tls(@Nullable String serverName, List<String> alpn) implements Detection {
        public Tls {
            alpn = List.copyOf(alpn);
        }
    }

    /** A request line of HTTP/1, not necessarily a valid one: its codec answers what is wrong with it. */
    record Http1(Version version) implements Detection {}

    /** The connection preface of HTTP/2 (RFC 9113 section 3.4), all of it. */
    record Http2() implements Detection {}

    /** Nothing that was looked for, or nothing in time; a server may be the one to speak first. */
    record Opaque() implements Detection {}

    /**
     * Certainly TLS and certainly not to be answered: malformed, too large, or never finished. The connection must be
     * closed, not passed on as opaque bytes.
     */
    record Rejected(String reason) implements Detection {}

    enum Version {
        /** {@code GET /path} and nothing more. */
        HTTP_0_9,
        HTTP_1_0,
        /** 1.1, and whatever else claims to be HTTP. */
        HTTP_1_1
    }
}
