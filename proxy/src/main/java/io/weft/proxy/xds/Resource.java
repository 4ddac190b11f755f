package io.weft.proxy.xds;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.Secret;
import java.util.List;

/** A resource that the proxy understood, as configuration records. */
public sealed interface Resource {

    /** What it is asked for by. */
    String name();

    record OfCluster(Cluster cluster) implements Resource {
        @Override
        public String name() {
            return cluster.name();
        }
    }

    /** @param name the cluster's EDS service name */
    record OfEndpoints(String name, List<Cluster.Locality> localities) implements Resource {
        public OfEndpoints {
            localities = List.copyOf(localities);
        }
    }

    record OfListener(Listener listener) implements Resource {
        @Override
        public String name() {
            return listener.name();
        }
    }

    record OfRoutes(RouteTable table) implements Resource {
        @Override
        public String name() {
            return table.name();
        }
    }

    record OfSecret(String name, Secret secret) implements Resource {}
}
