package io.weft.proxy.exchange;

/** Why an answer is not the endpoint's own, in Envoy's short forms (access-log operator {@code RESPONSE_FLAGS}). */
public enum ResponseFlag {
    UH("NoHealthyUpstream"),
    UF("UpstreamConnectionFailure"),
    UO("UpstreamOverflow"),
    NR("NoRouteFound"),
    NC("NoClusterFound"),
    UT("UpstreamRequestTimeout"),
    UC("UpstreamConnectionTermination"),
    UR("UpstreamRemoteReset"),
    UPE("UpstreamProtocolError"),
    DC("DownstreamConnectionTermination"),
    DPE("DownstreamProtocolError"),
    DT("DurationTimeout"),
    SI("StreamIdleTimeout"),
    URX("UpstreamRetryLimitExceeded"),
    UMSDR("UpstreamMaxStreamDurationReached");

    private final String longName;

    ResponseFlag(String longName) {
        this.longName = longName;
    }

    /** As in {@code RESPONSE_FLAGS_LONG}. */
    public String longName() {
        return longName;
    }
}
