package io.weft.proxy.balance;

import static java.util.Objects.requireNonNull;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster.Endpoint;
import io.weft.proxy.config.Cluster.Health;
import io.weft.proxy.config.Cluster.LoadBalancing;
import io.weft.proxy.config.Cluster.Spread;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Candidates and endpoints for tests. */
final class Hosts {
    /** No panic, localities weighed: what Istio asks for. */
    static final Spread CALM = new Spread(0, true);

    static final LoadBalancing ROUND_ROBIN = new LoadBalancing.RoundRobin();
    static final LoadBalancing LEAST_REQUEST = new LoadBalancing.LeastRequest(2);
    static final LoadBalancing RANDOM = new LoadBalancing.Random();

    static long[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    static List<Host> hosts(long... weights) {
        List<Host> hosts = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            hosts.add(new Host("h" + i, weights[i]));
        }
        return hosts;
    }

    static void run(Picker<Host> picker, int picks) {
        for (int i = 0; i < picks; i++) {
            requireNonNull(picker.pick()).picked++;
        }
    }

    static Endpoint endpoint(int port, Health health) {
        return new Endpoint(new Address.Socket("10.0.0.1", port), 1, health, "", Map.of());
    }

    private Hosts() {}
}
