package io.weft.examples.bench;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Who carries the traffic. */
enum Peer {
    DIRECT("none", "no proxy"),
    WEFT("weft", "Weft"),
    HAPROXY("haproxy", "HAProxy"),
    NGINX("nginx", "nginx"),
    ENVOY("envoy", "Envoy");

    private final String option;
    private final String title;

    Peer(String option, String title) {
        this.option = option;
        this.title = title;
    }

    String option() {
        return option;
    }

    String title() {
        return title;
    }

    static Peer named(String option) {
        return Arrays.stream(values())
                .filter(peer -> peer.option.equals(option))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("peer '" + option + "'; expected one of "
                        + Arrays.stream(values()).map(Peer::option).collect(Collectors.joining(", "))));
    }
}
