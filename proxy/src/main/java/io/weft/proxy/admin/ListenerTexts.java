package io.weft.proxy.admin;

import io.netty.util.NetUtil;
import io.weft.proxy.listen.Listeners;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Envoy's two forms of {@code /listeners}. */
final class ListenerTexts {

    private ListenerTexts() {}

    static String text(List<Listeners.Bound> bound) {
        StringBuilder out = new StringBuilder();
        for (Listeners.Bound listener : bound) {
            for (InetSocketAddress address : listener.addresses()) {
                out.append(listener.listener().name())
                        .append("::")
                        .append(NetUtil.toSocketAddressString(address))
                        .append('\n');
            }
        }
        return out.toString();
    }

    static Object json(List<Listeners.Bound> bound) {
        List<Object> statuses = new ArrayList<>();
        for (Listeners.Bound listener : bound) {
            List<Object> addresses = new ArrayList<>();
            listener.addresses().forEach(address -> addresses.add(address(address)));
            Map<String, Object> status = new LinkedHashMap<>();
            status.put("name", listener.listener().name());
            if (!addresses.isEmpty()) {
                status.put("local_address", addresses.getFirst());
            }
            if (addresses.size() > 1) {
                status.put("additional_local_addresses", addresses.subList(1, addresses.size()));
            }
            statuses.add(status);
        }
        return Map.of("listener_statuses", statuses);
    }

    private static Object address(InetSocketAddress address) {
        Map<String, Object> socket = new LinkedHashMap<>();
        socket.put("address", NetUtil.toAddressString(address.getAddress()));
        socket.put("port_value", address.getPort());
        return Map.of("socket_address", socket);
    }
}
