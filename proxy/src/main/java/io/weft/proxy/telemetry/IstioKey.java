package io.weft.proxy.telemetry;

import io.weft.certs.identity.SpiffeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What tells the series of Istio's metrics apart, and the labels made of it when somebody reads.
 *
 * @param inbound whether this proxy is the destination's: Istio's {@code reporter}
 * @param peer the verified SPIFFE id at the other end of the mesh; empty where there was none
 * @param local the SPIFFE id that this side showed; empty where it showed none
 * @param status 0 where no answer was begun, and for TCP
 * @param flags one bit per response flag
 */
record IstioKey(boolean inbound, String cluster, String peer, String local, int status, int flags, Protocol protocol) {

    /** Counts what came after the last series that there was room for. */
    static final IstioKey OVERFLOW = new IstioKey(false, "__overflow__", "", "", 0, 0, Protocol.OVERFLOW);

    enum Protocol {
        HTTP("http"),
        GRPC("grpc"),
        TCP("tcp"),
        OVERFLOW("__overflow__");

        private final String text;

        Protocol(String text) {
            this.text = text;
        }
    }

    /** Whether this is the key of an exchange, without making one. */
    boolean is(
            boolean isInbound, String itsCluster, String itsPeer, String itsLocal, int code, int bits, boolean grpc) {
        return inbound == isInbound
                && status == code
                && flags == bits
                && protocol == (grpc ? Protocol.GRPC : Protocol.HTTP)
                && cluster.equals(itsCluster)
                && peer.equals(itsPeer)
                && local.equals(itsLocal);
    }

    Labels labels(Workload own) {
        if (protocol == Protocol.OVERFLOW) {
            return Labels.of("reporter", "__overflow__");
        }
        Workload other = other();
        Workload source = inbound ? other : own;
        Workload destination = inbound ? own : other;
        Service service = service(own);
        List<Map.Entry<String, String>> pairs = new ArrayList<>(26);
        pairs.add(Map.entry("reporter", inbound ? "destination" : "source"));
        workload(pairs, "source", source, inbound ? peer : local);
        workload(pairs, "destination", destination, inbound ? local : peer);
        pairs.add(Map.entry("destination_service", service.host()));
        pairs.add(Map.entry("destination_service_name", service.name()));
        pairs.add(Map.entry("destination_service_namespace", service.namespace()));
        pairs.add(Map.entry("request_protocol", protocol.text));
        if (protocol != Protocol.TCP) {
            pairs.add(Map.entry("response_code", Integer.toString(status)));
            pairs.add(Map.entry("grpc_response_status", ""));
        }
        pairs.add(Map.entry("response_flags", IstioMetrics.flags(flags)));
        pairs.add(Map.entry("connection_security_policy", peer.isEmpty() ? "none" : "mutual_tls"));
        return new Labels(pairs);
    }

    private static void workload(
            List<Map.Entry<String, String>> pairs, String side, Workload workload, String principal) {
        pairs.add(Map.entry(side + "_workload", workload.name()));
        pairs.add(Map.entry(side + "_workload_namespace", workload.namespace()));
        pairs.add(Map.entry(side + "_principal", principal.isEmpty() ? Workload.UNKNOWN : principal));
        pairs.add(Map.entry(side + "_app", workload.app()));
        pairs.add(Map.entry(side + "_version", workload.version()));
        pairs.add(Map.entry(side + "_canonical_service", workload.canonicalService()));
        pairs.add(Map.entry(side + "_canonical_revision", workload.canonicalRevision()));
        pairs.add(Map.entry(side + "_cluster", workload.cluster()));
    }

    /** Of the other side its certificate tells the namespace and nothing more. */
    private Workload other() {
        String namespace = Workload.UNKNOWN;
        if (!peer.isEmpty()) {
            try {
                namespace = SpiffeId.parse(peer).namespace().orElse(Workload.UNKNOWN);
            } catch (IllegalArgumentException e) {
                namespace = Workload.UNKNOWN; // a URI, but of no workload of the mesh
            }
        }
        Workload none = Workload.UNKNOWN_WORKLOAD;
        return new Workload(
                none.name(),
                namespace,
                none.app(),
                none.version(),
                none.canonicalService(),
                none.canonicalRevision(),
                none.cluster());
    }

    private record Service(String host, String name, String namespace) {}

    /** Cluster names of Istio's form {@code direction|port|subset|host} tell the service. */
    private Service service(Workload own) {
        String[] parts = cluster.split("\\|", -1);
        String host = parts.length == 4 ? parts[3] : "";
        if (host.isEmpty()) {
            return inbound
                    ? new Service(Workload.UNKNOWN, own.canonicalService(), own.namespace())
                    : new Service(Workload.UNKNOWN, cluster.isEmpty() ? Workload.UNKNOWN : cluster, Workload.UNKNOWN);
        }
        String[] names = host.split("\\.", -1);
        boolean kubernetes = names.length > 2 && names[2].equals("svc");
        return new Service(host, kubernetes ? names[0] : host, kubernetes ? names[1] : Workload.UNKNOWN);
    }
}
