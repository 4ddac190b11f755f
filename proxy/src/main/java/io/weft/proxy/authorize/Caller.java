package io.weft.proxy.authorize;

import io.weft.proxy.chain.Ip;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asks and where: what policies may read of a connection. One per connection, and one more for a request whose
 * client address comes from trusted {@code x-forwarded-for} hops.
 *
 * @param direct the TCP peer
 * @param remote the client; the TCP peer unless trusted hops say otherwise
 * @param destination where the client wanted to go, before redirection
 * @param serverName SNI; null where the client sent none, which policies see as empty
 */
public record Caller(
        Ip direct,
        Ip remote,
        Ip destination,
        int destinationPort,
        @Nullable String serverName,
        Peer peer) {

    public static Caller of(
            InetSocketAddress source, InetSocketAddress destination, @Nullable String serverName, Peer peer) {
        Ip direct = Ip.of(source.getAddress());
        return new Caller(direct, direct, Ip.of(destination.getAddress()), destination.getPort(), serverName, peer);
    }

    public Caller withRemote(Ip client) {
        return new Caller(direct, client, destination, destinationPort, serverName, peer);
    }

    /** What the peer proved to be. */
    public sealed interface Peer {

        /** No certificate, or no TLS at all. */
        record Anonymous() implements Peer {}

        /**
         * Names of a certificate that was verified; an unverified one makes no peer.
         *
         * @param subject distinguished name (RFC 2253)
         */
        record Certified(List<String> uriSans, List<String> dnsSans, String subject) implements Peer {
            public Certified {
                uriSans = List.copyOf(uriSans);
                dnsSans = List.copyOf(dnsSans);
            }

            /** The names that policies compare: URI SANs, where there are none DNS SANs, where there are none the subject. */
            List<String> names() {
                return !uriSans.isEmpty() ? uriSans : dnsSans;
            }
        }
    }
}
