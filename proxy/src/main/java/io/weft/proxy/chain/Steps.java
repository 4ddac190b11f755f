package io.weft.proxy.chain;

import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch.SourceType;
import io.weft.proxy.config.FilterChainMatch.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The steps from server name to source port, each a table that leads to the next. A step takes the most specific entry
 * present and never goes back, so each ends in a chain or in none.
 */
final class Steps {
    private static final Set<String> PLAIN_HTTP = Set.of("http/1.0", "http/1.1", "h2c");

    private Steps() {}

    static final class Names {
        /** With more kinds of connections than this, detection is taken to matter without looking at each. */
        private static final int FEW = 16;

        private final Map<String, Transports> exact = new HashMap<>();
        private final Map<String, Transports> suffixes = new HashMap<>();
        private @Nullable Transports any;
        private boolean readsTls;
        private boolean readsHttp;

        /** @param name lower case, exact or {@code *.suffix}; null for any */
        Protocols at(@Nullable String name, @Nullable Transport transport, @Nullable String protocol) {
            readsHttp |= protocol != null && PLAIN_HTTP.contains(protocol);
            readsTls |= name != null || transport != null || (protocol != null && !PLAIN_HTTP.contains(protocol));
            if (name == null) {
                Transports made = any == null ? new Transports() : any;
                any = made;
                return made.at(transport);
            }
            Map<String, Transports> table = name.startsWith("*.") ? suffixes : exact;
            String key = name.startsWith("*.") ? name.substring(1) : name;
            return table.computeIfAbsent(key, n -> new Transports()).at(transport);
        }

        @Nullable
        FilterChain find(Arrival arrival) {
            Transports found = find(arrival.serverName());
            return found == null ? null : found.find(arrival);
        }

        private @Nullable Transports find(@Nullable String serverName) {
            if (serverName == null || (exact.isEmpty() && suffixes.isEmpty())) {
                return any;
            }
            String name = serverName.toLowerCase(Locale.ROOT);
            Transports found = exact.get(name);
            if (found == null && !suffixes.isEmpty()) {
                for (int dot = name.indexOf('.'); dot >= 0 && found == null; dot = name.indexOf('.', dot + 1)) {
                    found = suffixes.get(name.substring(dot));
                }
            }
            return found == null ? any : found;
        }

        boolean readsTls() {
            return readsTls;
        }

        boolean readsHttp() {
            return readsHttp;
        }

        /** Whether a connection between these addresses can end in another chain than this one. May say so in vain. */
        boolean canDiffer(@Nullable FilterChain from, Arrival addresses) {
            if (!readsTls && !readsHttp) {
                return false;
            }
            if (exact.size() + suffixes.size() > FEW) {
                return true;
            }
            if (any == null ? from != null : any.canDiffer(from, addresses)) {
                return true;
            }
            for (Transports transports : exact.values()) {
                if (transports.canDiffer(from, addresses)) {
                    return true;
                }
            }
            for (Transports transports : suffixes.values()) {
                if (transports.canDiffer(from, addresses)) {
                    return true;
                }
            }
            return false;
        }
    }

    static final class Transports {
        private @Nullable Protocols raw;
        private @Nullable Protocols tls;
        private @Nullable Protocols any;

        Protocols at(@Nullable Transport transport) {
            Protocols present = exactly(transport);
            Protocols made = present == null ? new Protocols() : present;
            switch (transport) {
                case null -> any = made;
                case RAW_BUFFER -> raw = made;
                case TLS -> tls = made;
            }
            return made;
        }

        private @Nullable Protocols exactly(@Nullable Transport transport) {
            return switch (transport) {
                case null -> any;
                case RAW_BUFFER -> raw;
                case TLS -> tls;
            };
        }

        private @Nullable Protocols find(Transport transport) {
            Protocols found = exactly(transport);
            return found == null ? any : found;
        }

        @Nullable
        FilterChain find(Arrival arrival) {
            Protocols found = find(arrival.transport());
            return found == null ? null : found.find(arrival);
        }

        boolean canDiffer(@Nullable FilterChain from, Arrival addresses) {
            return canDiffer(find(Transport.RAW_BUFFER), from, addresses)
                    || canDiffer(find(Transport.TLS), from, addresses);
        }

        private static boolean canDiffer(@Nullable Protocols protocols, @Nullable FilterChain from, Arrival addresses) {
            return protocols == null ? from != null : protocols.canDiffer(from, addresses);
        }
    }

    static final class Protocols {
        private final Map<String, AddressTable<SourceTypes>> exact = new HashMap<>();
        private @Nullable AddressTable<SourceTypes> any;

        AddressTable<SourceTypes> at(@Nullable String protocol) {
            if (protocol != null) {
                return exact.computeIfAbsent(protocol, p -> new AddressTable<>());
            }
            AddressTable<SourceTypes> made = any == null ? new AddressTable<>() : any;
            any = made;
            return made;
        }

        @Nullable
        FilterChain find(Arrival arrival) {
            AddressTable<SourceTypes> found = null;
            List<String> offered = arrival.applicationProtocols();
            if (!exact.isEmpty()) {
                for (int i = 0; i < offered.size() && found == null; i++) {
                    found = exact.get(offered.get(i));
                }
            }
            return chain(found == null ? any : found, arrival);
        }

        private static @Nullable FilterChain chain(@Nullable AddressTable<SourceTypes> sources, Arrival arrival) {
            SourceTypes found =
                    sources == null ? null : sources.find(arrival.source().getAddress());
            return found == null ? null : found.find(arrival.source(), arrival.destination());
        }

        boolean canDiffer(@Nullable FilterChain from, Arrival addresses) {
            if (!Objects.equals(chain(any, addresses), from)) {
                return true;
            }
            for (AddressTable<SourceTypes> sources : exact.values()) {
                if (!Objects.equals(chain(sources, addresses), from)) {
                    return true;
                }
            }
            return false;
        }
    }

    static final class SourceTypes {
        private @Nullable AddressTable<PortTable<Leaf>> local;
        private @Nullable AddressTable<PortTable<Leaf>> external;
        private @Nullable AddressTable<PortTable<Leaf>> any;

        AddressTable<PortTable<Leaf>> at(SourceType type) {
            AddressTable<PortTable<Leaf>> present = switch (type) {
                case SAME_IP_OR_LOOPBACK -> local;
                case EXTERNAL -> external;
                case ANY -> any;
            };
            AddressTable<PortTable<Leaf>> made = present == null ? new AddressTable<>() : present;
            switch (type) {
                case SAME_IP_OR_LOOPBACK -> local = made;
                case EXTERNAL -> external = made;
                case ANY -> any = made;
            }
            return made;
        }

        @Nullable
        FilterChain find(InetSocketAddress source, InetSocketAddress destination) {
            AddressTable<PortTable<Leaf>> found = any;
            if (local != null || external != null) {
                AddressTable<PortTable<Leaf>> specific =
                        sameIpOrLoopback(source.getAddress(), destination.getAddress()) ? local : external;
                found = specific == null ? any : specific;
            }
            PortTable<Leaf> ports = found == null ? null : found.find(source.getAddress());
            Leaf leaf = ports == null ? null : ports.find(source.getPort());
            return leaf == null ? null : leaf.chain;
        }

        private static boolean sameIpOrLoopback(InetAddress source, InetAddress destination) {
            InetAddress from = Ip.unmapped(source);
            return from.isLoopbackAddress() || from.equals(Ip.unmapped(destination));
        }
    }

    /** Where all steps end. */
    static final class Leaf {
        @Nullable
        FilterChain chain;

        /** Which of the listener's chains it is; one chain may come here twice, two may not. */
        int index;
    }
}
