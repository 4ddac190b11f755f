package io.weft.proxy.chain;

import io.weft.proxy.config.Cidr;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.FilterChainMatch;
import io.weft.proxy.config.Listener;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The filter chains of a listener, made ready to be asked. The criteria are weighed in the order of
 * {@link FilterChainMatch}: at each step the most specific entry wins and there is no going back, so a connection to a
 * port that some chain names never ends in a chain for any port. Where no chain is found the listener's default applies.
 *
 * <p>The source stands for both of Envoy's source ranges: without the PROXY protocol they are the same. Never changes, so
 * one serves all event loops.
 */
public final class ChainMatcher {
    private final PortTable<AddressTable<Steps.Names>> ports = new PortTable<>();
    private final @Nullable FilterChain defaultChain;
    private final boolean inspectsTls;
    private final boolean inspectsHttp;

    /**
     * @throws ChainConflictException if two chains match the same connections
     * @throws IllegalArgumentException if a server name has a {@code *} elsewhere than in front of a dot at its beginning
     */
    public ChainMatcher(Listener listener) throws ChainConflictException {
        defaultChain = listener.defaultChain();
        inspectsTls = listener.inspection().tls();
        inspectsHttp = listener.inspection().http();
        for (int i = 0; i < listener.chains().size(); i++) {
            add(listener, i);
        }
    }

    private void add(Listener listener, int index) throws ChainConflictException {
        FilterChain chain = listener.chains().get(index);
        FilterChainMatch match = chain.match();
        for (Cidr destination : orAny(match.destination())) {
            Steps.Names names =
                    ports.at(match.destinationPort(), AddressTable::new).at(destination, Steps.Names::new);
            for (String name : orAny(match.serverNames())) {
                checkServerName(listener, chain, name);
                for (String protocol : orAny(match.applicationProtocols())) {
                    Steps.Protocols protocols = names.at(name, match.transport(), protocol);
                    for (Cidr direct : orAny(match.directSource())) {
                        Steps.SourceTypes types = protocols.at(protocol).at(direct, Steps.SourceTypes::new);
                        for (Cidr source : orAny(match.source())) {
                            for (Integer port : orAny(match.sourcePorts())) {
                                Steps.Leaf leaf = types.at(match.sourceType())
                                        .at(source, PortTable::new)
                                        .at(port, Steps.Leaf::new);
                                if (leaf.chain != null && leaf.index != index) {
                                    throw new ChainConflictException(
                                            listener.name(),
                                            leaf.chain.name(),
                                            chain.name(),
                                            "destination port " + any(match.destinationPort()) + ", destination "
                                                    + any(destination) + ", server name " + any(name) + ", transport "
                                                    + any(match.transport()) + ", application protocol "
                                                    + any(protocol) + ", direct source " + any(direct)
                                                    + ", source type " + match.sourceType() + ", source "
                                                    + any(source) + ", source port " + any(port));
                                }
                                leaf.chain = chain;
                                leaf.index = index;
                            }
                        }
                    }
                }
            }
        }
    }

    private static <E> List<? extends @Nullable E> orAny(List<E> values) {
        return values.isEmpty() ? Collections.<@Nullable E>singletonList(null) : values;
    }

    private static Object any(@Nullable Object value) {
        return value == null ? "any" : value;
    }

    private static void checkServerName(Listener listener, FilterChain chain, @Nullable String name) {
        if (name != null && name.lastIndexOf('*') > (name.startsWith("*.") && name.length() > 2 ? 0 : -1)) {
            throw new IllegalArgumentException("listener \"" + listener.name() + "\", filter chain \"" + chain.name()
                    + "\": server name \"" + name + "\": expected a name or *.suffix");
        }
    }

    /** The chain that takes the connection; null if it is to be closed. */
    public @Nullable FilterChain match(Arrival arrival) {
        Steps.Names names = names(arrival.destination());
        FilterChain found = names == null ? null : names.find(arrival);
        return found == null ? defaultChain : found;
    }

    /**
     * Judges a connection by its addresses alone. Detection never matters where the listener does not inspect. It may be
     * said to matter in vain, never the other way round.
     */
    public Candidates candidates(InetSocketAddress source, InetSocketAddress destination) {
        Steps.Names names = names(destination);
        if (names == null) {
            return new Candidates(defaultChain, false, false);
        }
        Arrival opaque = Arrival.opaque(source, destination);
        FilterChain found = names.find(opaque);
        boolean differs = (inspectsTls || inspectsHttp) && names.canDiffer(found, opaque);
        return new Candidates(
                found == null ? defaultChain : found,
                differs && inspectsTls && names.readsTls(),
                differs && inspectsHttp && names.readsHttp());
    }

    private Steps.@Nullable Names names(InetSocketAddress destination) {
        AddressTable<Steps.Names> destinations = ports.find(destination.getPort());
        return destinations == null ? null : destinations.find(destination.getAddress());
    }
}
