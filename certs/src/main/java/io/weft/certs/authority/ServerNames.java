package io.weft.certs.authority;

import java.net.InetAddress;
import java.util.Set;

/**
 * Names that stand beside the SPIFFE id in a server's certificate, for clients that know no SPIFFE (X509-SVID, section 2,
 * allows them). Whoever knows SPIFFE goes by the id alone.
 *
 * @param dns plain host names in lower case, no wildcards (RFC 1123)
 * @param addresses by which the server is dialled without a name (RFC 5280, section 4.2.1.6)
 */
public record ServerNames(Set<String> dns, Set<InetAddress> addresses) {
    /** None but the SPIFFE id. */
    public static final ServerNames NONE = new ServerNames(Set.of(), Set.of());

    /** @throws IllegalArgumentException when a name is none that a certificate may bear */
    public ServerNames {
        dns.forEach(DnsNames::check);
        dns = Set.copyOf(dns);
        addresses = Set.copyOf(addresses);
        for (InetAddress address : addresses) {
            if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
                throw new IllegalArgumentException(
                        "address " + address.getHostAddress() + "; expected one that a server can be dialled by");
            }
        }
    }
}
