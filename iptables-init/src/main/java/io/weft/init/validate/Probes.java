package io.weft.init.validate;

import io.weft.init.options.Cidr;
import io.weft.init.options.Options;
import io.weft.init.options.Options.Owners;
import io.weft.init.options.PortRange;
import io.weft.init.options.Selection;
import io.weft.init.plan.Family;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Which connections prove the rules; pure. */
final class Probes {
    /** Addresses for documentation (RFC 5737, RFC 3849): if one is not captured, the probe reaches nobody. */
    private static final List<String> NOBODY =
            List.of("192.0.2.1/32", "198.51.100.1/32", "203.0.113.1/32", "2001:db8::1/128", "2001:db8:1::1/128");

    private final Options options;
    private final List<Local> addresses;

    /**
     * @param local the addresses of this namespace, each with the prefix of its network
     */
    Probes(Options options, List<Local> local) {
        this.options = options;
        this.addresses = List.copyOf(local);
    }

    /** An address of an interface, with the length of its network's prefix. */
    record Local(InetAddress address, int prefix) {}

    /** The probes of one family, as this process' user and group if that will do. */
    List<Probe> of(Family family, long ownUid, long ownGid) {
        List<Probe> probes = new ArrayList<>();
        inbound(family).ifPresent(probes::add);
        outbound(family, ownUid, ownGid).ifPresent(probes::add);
        return probes;
    }

    /** The proxy dials the pod over lo, as it does for a call to the pod's own service. */
    private Optional<Probe> inbound(Family family) {
        InetAddress passthrough = family.passthroughSource().address();
        boolean excluded =
                family == Family.IPV4 && options.outbound().loopback().contains(passthrough);
        boolean present = family == Family.IPV4
                || addresses.stream().anyMatch(one -> one.address().equals(passthrough));
        if (options.inbound().ports().isNone() || excluded || !present) {
            return Optional.empty();
        }
        int port = free(options.run().probePort());
        return Optional.of(new Probe(
                "inbound " + family,
                List.of(new InetSocketAddress(passthrough, port)),
                loopback(family),
                new InetSocketAddress(loopback(family), options.ports().inbound()),
                options.proxy().uids().getFirst(),
                options.proxy().gids().getFirst()));
    }

    /** An application dials out. */
    private Optional<Probe> outbound(Family family, long ownUid, long ownGid) {
        Options.Outbound outbound = options.outbound();
        boolean routable = addresses.stream()
                .anyMatch(one -> isOf(family, one.address())
                        && !one.address().isLoopbackAddress()
                        && !one.address().isLinkLocalAddress()
                        && !one.address().equals(family.passthroughSource().address()));
        List<InetSocketAddress> destinations = destinations(family)
                .map(this::withPort)
                .flatMap(Optional::stream)
                .toList();
        Optional<Long> uid = captured(outbound.users(), options.proxy().uids(), ownUid);
        Optional<Long> gid = captured(outbound.groups(), options.proxy().gids(), ownGid);
        if (!routable || destinations.isEmpty() || uid.isEmpty() || gid.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Probe(
                "outbound " + family,
                destinations,
                any(family),
                new InetSocketAddress(loopback(family), options.ports().outbound()),
                uid.get(),
                gid.get()));
    }

    private Stream<InetAddress> destinations(Family family) {
        Stream<InetAddress> nobody =
                NOBODY.stream().map(text -> Cidr.parse(text).address());
        Stream<InetAddress> neighbours = addresses.stream()
                .map(one -> new Cidr(one.address(), one.prefix()))
                .flatMap(Probes::firstOf);
        Stream<InetAddress> wanted =
                options.outbound().ranges() instanceof Selection.Listed<Cidr>(List<Cidr> listed) && !listed.isEmpty()
                        ? listed.stream().flatMap(Probes::firstOf)
                        : Stream.concat(nobody, neighbours);
        return wanted.filter(address -> isOf(family, address)
                        && !address.isLoopbackAddress()
                        && !address.isLinkLocalAddress()
                        && addresses.stream().noneMatch(own -> own.address().equals(address))
                        && options.outbound().excludedRanges().stream().noneMatch(range -> range.contains(address)))
                .distinct()
                .limit(8);
    }

    /** The destination with a port that is captured there; none when outbound capture is off. */
    private Optional<InetSocketAddress> withPort(InetAddress address) {
        Options.Outbound outbound = options.outbound();
        if (!outbound.ranges().isNone()) {
            return Optional.of(new InetSocketAddress(address, free(options.run().probePort())));
        }
        return outbound.ports().stream()
                .map(PortRange::first)
                .filter(port -> !isExcluded(port))
                .findFirst()
                .map(port -> new InetSocketAddress(address, port));
    }

    private int free(int wanted) {
        int port = wanted;
        while ((isExcluded(port) || port == options.ports().tunnel()) && port < 65535) {
            port++;
        }
        return port;
    }

    private boolean isExcluded(int port) {
        return options.outbound().excludedPorts().stream().anyMatch(range -> range.contains(port));
    }

    private static Optional<Long> captured(Owners owners, List<Long> proxy, long own) {
        Stream<Long> candidates = owners.included() instanceof Selection.Listed<Long>(List<Long> listed)
                ? Stream.concat(listed.stream().filter(id -> id == own), listed.stream())
                : Stream.concat(
                        Stream.of(own), LongStream.rangeClosed(65_500, 65_534).boxed());
        return candidates
                .filter(id -> !proxy.contains(id) && !owners.excluded().contains(id))
                .findFirst();
    }

    /** The first two addresses after the network's own, or the only one; one of two is not ours. */
    private static Stream<InetAddress> firstOf(Cidr range) {
        byte[] bytes = range.address().getAddress();
        if (range.prefix() == bytes.length * 8) {
            return Stream.of(range.address());
        }
        List<InetAddress> addresses = new ArrayList<>();
        for (int i = 0; i < 2 && addresses.size() < 2; i++) {
            bytes[bytes.length - 1]++;
            try {
                InetAddress address = InetAddress.getByAddress(bytes.clone());
                if (range.contains(address)) {
                    addresses.add(address);
                }
            } catch (UnknownHostException e) {
                throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
            }
        }
        return addresses.stream();
    }

    private static boolean isOf(Family family, InetAddress address) {
        return (address.getAddress().length == 16) == (family == Family.IPV6);
    }

    private static InetAddress loopback(Family family) {
        return Cidr.parse(family == Family.IPV4 ? "127.0.0.1" : "::1").address();
    }

    private static InetAddress any(Family family) {
        return Cidr.parse(family == Family.IPV4 ? "0.0.0.0" : "::").address();
    }
}
