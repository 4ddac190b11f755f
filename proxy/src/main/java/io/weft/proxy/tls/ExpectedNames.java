package io.weft.proxy.tls;

import io.netty.util.NetUtil;
import io.weft.certs.identity.Refusal;
import io.weft.certs.identity.Verification.Refused;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Who the peer of one connection must be: at least one match, on a subject alternative name of the same type. It belongs
 * to the connection and not to the context, so that clusters that differ only in it share a context.
 *
 * @param any empty accepts every verified peer
 */
record ExpectedNames(List<NameMatch> any) {
    static final ExpectedNames ANYONE = new ExpectedNames(List.of());

    ExpectedNames {
        any = List.copyOf(any);
    }

    /** Exactly this host, a DNS name or an IP address. */
    static ExpectedNames host(String host) {
        NameType type = NetUtil.createByteArrayFromIpAddressString(host) == null ? NameType.DNS : NameType.IP_ADDRESS;
        return new ExpectedNames(List.of(new NameMatch(type, new StringMatch.Exact(host, false))));
    }

    /** Whether a SPIFFE id could satisfy it. */
    boolean allowsUri() {
        return any.isEmpty() || any.stream().anyMatch(name -> name.type() == NameType.URI);
    }

    Optional<Refused> problem(PeerCertificate peer) {
        if (any.isEmpty() || any.stream().anyMatch(expected -> matches(expected, peer))) {
            return Optional.empty();
        }
        return Optional.of(new Refused(
                Refusal.OTHER_ID,
                "peer is " + peer.uris() + peer.dnsNames() + peer.ipAddresses() + peer.emails() + "; expected one of "
                        + any));
    }

    private static boolean matches(NameMatch expected, PeerCertificate peer) {
        return peer.names(expected.type()).stream().anyMatch(name -> switch (expected.type()) {
            case DNS -> matchesDns(expected.match(), name);
            case IP_ADDRESS -> matchesIp(expected.match(), name);
            case URI, EMAIL -> expected.match().matches(name);
        });
    }

    /** Wildcards in a certificate count for exact expectations only, as in Envoy; other matches see the name as it is. */
    private static boolean matchesDns(StringMatch match, String name) {
        return match instanceof StringMatch.Exact exact ? dnsEquals(name, exact.text()) : match.matches(name);
    }

    /** {@code *} stands for the whole of the leftmost label and nothing else (RFC 6125 section 6.4.3). */
    static boolean dnsEquals(String certified, String host) {
        if (!certified.startsWith("*.")) {
            return certified.equalsIgnoreCase(host);
        }
        int dot = host.indexOf('.');
        // Two labels at least behind the wildcard: "*.com" names no one's host.
        return dot > 0
                && certified.indexOf('.', 2) > 0
                && certified.regionMatches(true, 1, host, dot, Math.max(certified.length() - 1, host.length() - dot));
    }

    private static boolean matchesIp(StringMatch match, String name) {
        if (!(match instanceof StringMatch.Exact exact)) {
            return match.matches(name);
        }
        byte[] certified = NetUtil.createByteArrayFromIpAddressString(name);
        byte[] expected = NetUtil.createByteArrayFromIpAddressString(exact.text());
        return certified != null && expected != null && Arrays.equals(certified, expected);
    }
}
