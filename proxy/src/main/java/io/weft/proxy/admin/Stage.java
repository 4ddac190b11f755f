package io.weft.proxy.admin;

/** Where the program stands, by the names of Envoy's {@code ServerInfo.State}. */
public enum Stage {
    /** Configuration or certificates are missing. */
    INITIALIZING,
    LIVE,
    DRAINING,
    STOPPED;

    enum Event {
        CONDITIONS_MET,
        DRAIN,
        STOP
    }

    /** No way leads back. */
    Stage after(Event event) {
        return switch (event) {
            case CONDITIONS_MET -> this == INITIALIZING ? LIVE : this;
            case DRAIN -> this == STOPPED ? STOPPED : DRAINING;
            case STOP -> STOPPED;
        };
    }

    /** As {@code /ready} and {@code /server_info} say it: what has stopped is draining for all who can still ask. */
    String text() {
        return this == STOPPED ? DRAINING.name() : this == INITIALIZING ? "PRE_INITIALIZING" : name();
    }
}
