package io.weft.proxy.chain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Values by port, found by binary search without boxing. */
final class PortTable<V> {
    private int[] ports = {};
    private final List<V> values = new ArrayList<>();
    private @Nullable V any;

    /** The value of exactly this port, made if there is none. Only while the table is built. */
    V at(@Nullable Integer port, Supplier<V> make) {
        if (port == null) {
            V value = any == null ? make.get() : any;
            any = value;
            return value;
        }
        int index = Arrays.binarySearch(ports, port);
        if (index >= 0) {
            return values.get(index);
        }
        int[] grown = Arrays.copyOf(ports, ports.length + 1);
        System.arraycopy(ports, -index - 1, grown, -index, ports.length + index + 1);
        grown[-index - 1] = port;
        ports = grown;
        V value = make.get();
        values.add(-index - 1, value);
        return value;
    }

    @Nullable
    V find(int port) {
        int index = ports.length == 0 ? -1 : Arrays.binarySearch(ports, port);
        return index >= 0 ? values.get(index) : any;
    }
}
