package io.weft.controlplane.serve;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.weft.certs.identity.SpiffeId;
import io.weft.controlplane.caller.Caller;
import io.weft.controlplane.generate.ProxyNode;
import io.weft.controlplane.model.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who a proxy is: a pure function of its certificate and of the node that it sends. The certificate decides; a node that claims
 * another namespace or service account is refused and not corrected, since one of the two must be wrong.
 */
sealed interface Admission {
    /** More labels or addresses than this are not looked at. */
    int MOST_LABELS = 256;

    int MOST_ADDRESSES = 16;

    /**
     * The proxy may have its configuration.
     *
     * @param identity what limits and logs know it by
     */
    record Admitted(ProxyNode node, String identity) implements Admission {}

    /**
     * It may not.
     *
     * @param cause one word for the metric
     * @param reason for the caller, which knows all that it says anyway
     */
    record Denied(Status.Code code, String cause, String reason) implements Admission {}

    static Admission decide(Caller caller, Node node) {
        return switch (caller) {
            case Caller.Anonymous anonymous ->
                new Denied(Status.Code.UNAUTHENTICATED, "no_certificate", "no client certificate");
            case Caller.Lapsed lapsed ->
                new Denied(
                        Status.Code.UNAUTHENTICATED,
                        "expired_certificate",
                        "client certificate of " + lapsed.id() + " ended at " + lapsed.notAfter()
                                + "; expected a valid one, which CreateCertificate may give");
            case Caller.Certified certified -> certified(certified.id(), node);
            case Caller.Unverified unverified -> {
                String namespace =
                        text(node, "NAMESPACE").or(() -> namespaceOfId(node)).orElse("default");
                String account = text(node, "SERVICE_ACCOUNT").orElse("default");
                yield new Admitted(proxy(node, namespace, account), "unverified:" + namespace + "/" + account);
            }
        };
    }

    private static Admission certified(SpiffeId id, Node node) {
        Optional<String> namespace = id.namespace();
        Optional<String> account = id.serviceAccount();
        if (namespace.isEmpty() || account.isEmpty()) {
            return new Denied(
                    Status.Code.PERMISSION_DENIED,
                    "not_a_workload",
                    "identity " + id + " is not of the form spiffe://<trust domain>/ns/<namespace>/sa/<account>");
        }
        return claim("metadata NAMESPACE", text(node, "NAMESPACE"), namespace.get(), id)
                .or(() -> claim("namespace of the node id", namespaceOfId(node), namespace.get(), id))
                .or(() -> claim("metadata SERVICE_ACCOUNT", text(node, "SERVICE_ACCOUNT"), account.get(), id))
                .orElseGet(() -> new Admitted(proxy(node, namespace.get(), account.get()), id.toString()));
    }

    private static Optional<Admission> claim(String what, Optional<String> claimed, String proven, SpiffeId id) {
        return claimed.filter(value -> !value.equals(proven))
                .map(value -> new Denied(
                        Status.Code.PERMISSION_DENIED,
                        "other_identity",
                        what + " is " + value + "; expected " + proven + " as in " + id));
    }

    private static ProxyNode proxy(Node node, String namespace, String account) {
        return new ProxyNode(node.getId(), namespace, account, addresses(node), labels(node), reader(node));
    }

    /** As Istio does it: by the generator that the node asks for. */
    private static ProxyNode.Reader reader(Node node) {
        return text(node, "GENERATOR").filter("grpc"::equals).isPresent()
                ? ProxyNode.Reader.GRPC
                : ProxyNode.Reader.SIDECAR;
    }

    /** {@code sidecar~10.0.0.1~cart-0.shop~shop.svc.cluster.local}, as Istio forms it. */
    private static List<String> partsOfId(Node node) {
        List<String> parts = List.of(node.getId().split("~", -1));
        return parts.size() == 4 ? parts : List.of();
    }

    private static Optional<String> namespaceOfId(Node node) {
        List<String> parts = partsOfId(node);
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        int dot = parts.get(2).lastIndexOf('.');
        return dot < 0 ? Optional.empty() : Optional.of(parts.get(2).substring(dot + 1));
    }

    private static List<IpAddress> addresses(Node node) {
        List<String> parts = partsOfId(node);
        String all = text(node, "INSTANCE_IPS").orElse(parts.isEmpty() ? "" : parts.get(1));
        var addresses = new ArrayList<IpAddress>();
        for (String one : all.split(",", -1)) {
            if (!one.isBlank() && addresses.size() < MOST_ADDRESSES) {
                try {
                    addresses.add(IpAddress.of(one.strip()));
                } catch (IllegalArgumentException notAnAddress) {
                    System.getLogger("io.weft.controlplane.serve")
                            .log(System.Logger.Level.DEBUG, "node {0}: {1}", node.getId(), notAnAddress.getMessage());
                }
            }
        }
        return addresses;
    }

    private static Map<String, String> labels(Node node) {
        var labels = new LinkedHashMap<String, String>();
        Struct claimed = node.getMetadata()
                .getFieldsOrDefault("LABELS", Value.getDefaultInstance())
                .getStructValue();
        claimed.getFieldsMap().forEach((name, value) -> {
            if (value.hasStringValue() && labels.size() < MOST_LABELS) {
                labels.put(name, value.getStringValue());
            }
        });
        return labels;
    }

    private static Optional<String> text(Node node, String name) {
        Value value = node.getMetadata().getFieldsOrDefault(name, Value.getDefaultInstance());
        return value.hasStringValue() && !value.getStringValue().isEmpty()
                ? Optional.of(value.getStringValue())
                : Optional.empty();
    }
}
