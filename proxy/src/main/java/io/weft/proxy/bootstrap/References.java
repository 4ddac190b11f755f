package io.weft.proxy.bootstrap;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteSource;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.TcpProxy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** References of a bootstrap file that nothing could ever resolve: a proxy that waits for them would never start. */
final class References {

    private final Bootstrap bootstrap;
    private final Set<String> clusters = new HashSet<>();
    private final List<String> problems = new ArrayList<>();

    private References(Bootstrap bootstrap) {
        this.bootstrap = bootstrap;
        bootstrap.clusters().forEach(cluster -> clusters.add(cluster.name()));
    }

    static List<String> problems(Bootstrap bootstrap) {
        References references = new References(bootstrap);
        references.ads();
        bootstrap.clusters().forEach(references::cluster);
        bootstrap.listeners().forEach(references::listener);
        return references.problems;
    }

    private void ads() {
        Bootstrap.Ads ads = bootstrap.ads();
        if (ads == null) {
            return;
        }
        for (Cluster cluster : bootstrap.clusters()) {
            if (cluster.name().equals(ads.cluster())) {
                if (cluster.discovery() instanceof Cluster.Discovery.Eds) {
                    problems.add(
                            "clusters[" + ads.cluster() + "]: the control plane's own cluster cannot be told by it:"
                                    + " expected a type other than EDS");
                }
                return;
            }
        }
        problems.add("dynamic_resources.ads_config: no static cluster \"" + ads.cluster() + "\"");
    }

    private void cluster(Cluster cluster) {
        if (cluster.discovery() instanceof Cluster.Discovery.Eds && bootstrap.ads() == null) {
            problems.add("clusters[" + cluster.name() + "]: endpoints over ads, but there is no ads_config");
        }
    }

    private void listener(Listener listener) {
        String at = "listeners[" + listener.name() + "]";
        listener.chains().forEach(chain -> chain(chain, at));
        if (listener.defaultChain() != null) {
            chain(listener.defaultChain(), at);
        }
    }

    private void chain(@Nullable FilterChain chain, String at) {
        if (chain == null) {
            return;
        }
        switch (chain.terminal()) {
            case TcpProxy tcp -> choice(tcp.cluster(), at + " filter chain " + chain.name());
            case HttpConnectionManager manager -> {
                switch (manager.routes()) {
                    case RouteSource.Inline(RouteTable table) -> table(table, at);
                    case RouteSource.Named(String name) -> {
                        if (bootstrap.ads() == null) {
                            problems.add(at + ": routes \"" + name + "\" over ads, but there is no ads_config");
                        }
                    }
                }
            }
        }
    }

    private void table(RouteTable table, String at) {
        for (RouteTable.VirtualHost host : table.hosts()) {
            for (Route route : host.routes()) {
                if (route.action() instanceof Route.Forward forward) {
                    choice(forward.cluster(), at + " virtual host " + host.name());
                }
            }
        }
    }

    private void choice(ClusterChoice choice, String at) {
        switch (choice) {
            case ClusterChoice.Single(String name) -> named(name, at);
            case ClusterChoice.Weighted weighted -> weighted.shares().forEach(share -> named(share.cluster(), at));
        }
    }

    private void named(String cluster, String at) {
        if (!bootstrap.cds() && !clusters.contains(cluster)) {
            problems.add(at + ": no cluster \"" + cluster + "\"");
        }
    }
}
