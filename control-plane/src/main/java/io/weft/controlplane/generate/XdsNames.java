package io.weft.controlplane.generate;

/** The names and ports that the generated configuration shares with its readers; they are Istio's. */
final class XdsNames {
    static final int OUTBOUND_PORT = 15001;
    static final int INBOUND_PORT = 15006;
    static final String OUTBOUND_LISTENER = "virtualOutbound";
    static final String INBOUND_LISTENER = "virtualInbound";
    static final String PASSTHROUGH = "PassthroughCluster";
    static final String INBOUND_PASSTHROUGH = "InboundPassthroughCluster";
    static final String BLACK_HOLE = "BlackHoleCluster";

    /** The name of the workload's own certificate over SDS. */
    static final String WORKLOAD_SECRET = "default";
    /** The name of the trust bundle over SDS. */
    static final String TRUST_SECRET = "ROOTCA";

    static final String SDS_CLUSTER = "sds-grpc";

    private XdsNames() {}

    static String inboundCluster(int port) {
        return "inbound|" + port + "||";
    }

    /** Roots in a file beside the proxy, over SDS. */
    static String rootsFile(String file) {
        return "file-root:" + file;
    }

    /** A certificate and its key in files beside the proxy, over SDS. */
    static String certificateFiles(String chain, String key) {
        return "file-cert:" + chain + "~" + key;
    }
}
