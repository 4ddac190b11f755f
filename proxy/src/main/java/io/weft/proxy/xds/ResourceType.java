package io.weft.proxy.xds;

import org.jspecify.annotations.Nullable;

/**
 * The kinds of resources asked for over ADS, in the order in which they are asked for: what is referred to before what
 * refers, so that a server that answers in order lets everything warm in one pass.
 */
public enum ResourceType {
    CLUSTERS("type.googleapis.com/envoy.config.cluster.v3.Cluster", "clusters", true),
    ENDPOINTS("type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment", "endpoints", false),
    LISTENERS("type.googleapis.com/envoy.config.listener.v3.Listener", "listeners", true),
    ROUTES("type.googleapis.com/envoy.config.route.v3.RouteConfiguration", "routes", false),
    SECRETS("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", "secrets", false);

    private final String url;
    private final String label;
    private final boolean fullState;

    ResourceType(String url, String label, boolean fullState) {
        this.url = url;
        this.label = label;
        this.fullState = fullState;
    }

    public String url() {
        return url;
    }

    /** For messages: "clusters". */
    String label() {
        return label;
    }

    /** Whether a state-of-the-world response lists all that exists, so that what is not in it is gone. */
    boolean fullState() {
        return fullState;
    }

    static @Nullable ResourceType of(String url) {
        for (ResourceType type : values()) {
            if (type.url.equals(url)) {
                return type;
            }
        }
        return null;
    }
}
