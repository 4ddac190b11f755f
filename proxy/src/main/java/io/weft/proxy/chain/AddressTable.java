package io.weft.proxy.chain;

import io.weft.proxy.config.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values by block of addresses; the longest block that holds an address wins. Single addresses are looked up by hash, so
 * a thousand services with an address each cost one look-up.
 */
final class AddressTable<V> {
    private final Map<InetAddress, V> single = new HashMap<>();
    private final List<Entry<V>> blocks = new ArrayList<>();
    private @Nullable V any;

    private record Entry<V>(Cidr cidr, IpBlock block, V value) {}

    /** The value of exactly this block, made if there is none. Only while the table is built. */
    V at(@Nullable Cidr cidr, Supplier<V> make) {
        if (cidr == null) {
            V value = any == null ? make.get() : any;
            any = value;
            return value;
        }
        if (cidr.prefixLength() == cidr.network().getAddress().length * 8) {
            return single.computeIfAbsent(Ip.unmapped(cidr.network()), address -> make.get());
        }
        for (Entry<V> entry : blocks) {
            if (entry.cidr().equals(cidr)) {
                return entry.value();
            }
        }
        Entry<V> entry = new Entry<>(cidr, new IpBlock(cidr), make.get());
        blocks.add(entry);
        blocks.sort(Comparator.comparingInt(e -> -e.cidr().prefixLength()));
        return entry.value();
    }

    @Nullable
    V find(InetAddress address) {
        if (!single.isEmpty()) {
            V value = single.get(Ip.unmapped(address));
            if (value != null) {
                return value;
            }
        }
        if (!blocks.isEmpty()) {
            Ip ip = Ip.of(address);
            for (int i = 0; i < blocks.size(); i++) {
                if (blocks.get(i).block().contains(ip)) {
                    return blocks.get(i).value();
                }
            }
        }
        return any;
    }
}
