package io.weft.proxy.listen;

/** Why an answer is not the endpoint's own, in Envoy's short forms (access-log operator {@code RESPONSE_FLAGS}). */
public enum ResponseFlag {
    UH("NoHealthyUpstream", 1 << 0),
    UF("UpstreamConnectionFailure", 1 << 1),
    UO("UpstreamOverflow", 1 << 2),
    NR("NoRouteFound", 1 << 3),
    NC("NoClusterFound", 1 << 4),
    UT("UpstreamRequestTimeout", 1 << 5),
    UC("UpstreamConnectionTermination", 1 << 6),
    UR("UpstreamRemoteReset", 1 << 7),
    UPE("UpstreamProtocolError", 1 << 8),
    DC("DownstreamConnectionTermination", 1 << 9),
    DPE("DownstreamProtocolError", 1 << 10),
    DT("DurationTimeout", 1 << 11),
    SI("StreamIdleTimeout", 1 << 12),
    URX("UpstreamRetryLimitExceeded", 1 << 13),
    UMSDR("UpstreamMaxStreamDurationReached", 1 << 14);

    private final String longName;
    private final int bit;

    ResponseFlag(String longName, int bit) {
        this.longName = longName;
        this.bit = bit;
    }

    /** For sets of flags in one number. */
    public int bit() {
        return bit;
    }

    /** As in {@code RESPONSE_FLAGS_LONG}. */
    public String longName() {
        return longName;
    }
}
