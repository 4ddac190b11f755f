package io.weft.controlplane;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.netty.handler.ssl.OpenSsl;
import io.weft.controlplane.generate.Generator;
import io.weft.controlplane.generate.ProxyNode;
import io.weft.controlplane.generate.ResourceSet;
import io.weft.controlplane.generate.View;
import io.weft.controlplane.model.AuthorizationPolicy;
import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.Locality;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshObject;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.model.Protocol;
import io.weft.controlplane.model.Service;
import io.weft.controlplane.model.ServicePort;
import io.weft.controlplane.model.StringMatch;
import io.weft.controlplane.model.TargetPort;
import io.weft.controlplane.model.Workload;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;

/**
 * What the first proxy that connects would otherwise wait for: the native library of TLS, and the descriptors of Envoy's
 * API, which protobuf builds when each is first used. Done on threads of their own while arguments and files are read; who
 * comes to need it earlier waits for the rest of it, as the JVM has it with classes that are being initialized. Nothing
 * depends on it.
 */
final class HeadStart {
    private static final String NAMESPACE = "rehearsal";
    private static final String ACCOUNT = "echo";
    private static final IpAddress ADDRESS = IpAddress.of("192.0.2.1");

    private HeadStart() {}

    static void begin() {
        daemon("libraries", OpenSsl::isAvailable);
        daemon("rehearsal", HeadStart::rehearse);
    }

    /** A request is read, and a small mesh is written as a proxy would be told it. */
    static ResourceSet rehearse() {
        Mesh mesh = Mesh.of(MeshSettings.DEFAULT, List.of(workload(), service(), policy()));
        var node = new ProxyNode(
                request().getNode().getId(), NAMESPACE, ACCOUNT, List.of(ADDRESS), Map.of(), ProxyNode.Reader.SIDECAR);
        return new Generator(1 << 20).generate(View.of(mesh, node));
    }

    private static DeltaDiscoveryRequest request() {
        var metadata = Struct.newBuilder()
                .putFields(
                        "NAMESPACE",
                        Value.newBuilder().setStringValue(NAMESPACE).build());
        Node node = Node.newBuilder().setId(ACCOUNT).setMetadata(metadata).build();
        try {
            return DeltaDiscoveryRequest.parseFrom(
                    DeltaDiscoveryRequest.newBuilder().setNode(node).build().toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message that was just written", e);
        }
    }

    private static MeshObject workload() {
        return new Workload(
                Kind.POD,
                NAMESPACE,
                ACCOUNT,
                List.of(ADDRESS),
                ACCOUNT,
                Map.of("app", ACCOUNT),
                Map.of(),
                Health.HEALTHY,
                Locality.NONE,
                1,
                true);
    }

    private static MeshObject service() {
        return new Service(
                NAMESPACE,
                ACCOUNT,
                Map.of("app", ACCOUNT),
                List.of(IpAddress.of("192.0.2.2")),
                List.of(
                        new ServicePort("http", 80, new TargetPort.Numbered(8080), Protocol.HTTP),
                        new ServicePort("tcp", 81, new TargetPort.Numbered(8081), Protocol.TCP)),
                false);
    }

    private static MeshObject policy() {
        var source = new AuthorizationPolicy.Source(
                only(new StringMatch.Prefix("cluster.local/")), nothing(), nothing(), nothing(), nothing());
        var operation =
                new AuthorizationPolicy.Operation(nothing(), nothing(), only(new StringMatch.Exact("GET")), nothing());
        return new AuthorizationPolicy(
                NAMESPACE,
                ACCOUNT,
                Map.of(),
                AuthorizationPolicy.Action.ALLOW,
                List.of(new AuthorizationPolicy.Rule(List.of(source), List.of(operation))));
    }

    private static <T> AuthorizationPolicy.Values<T> only(T value) {
        return new AuthorizationPolicy.Values<>(List.of(value), List.of());
    }

    private static <T> AuthorizationPolicy.Values<T> nothing() {
        return new AuthorizationPolicy.Values<>(List.of(), List.of());
    }

    private static void daemon(String name, Runnable work) {
        Thread.ofPlatform().daemon().name("weft-" + name).start(() -> {
            try {
                work.run();
            } catch (RuntimeException | LinkageError e) {
                // Met again, and told, where it is needed.
                System.getLogger("io.weft.controlplane").log(Level.DEBUG, "head start: " + name, e);
            }
        });
    }
}
