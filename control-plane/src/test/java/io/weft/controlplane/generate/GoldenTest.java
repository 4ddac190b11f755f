package io.weft.controlplane.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whole configurations, one file each: the mesh, a line that names the proxy, and what is generated for it. A last word on that line,
 * {@code access-log}, turns the access log on; {@code grpc} stands for a program with gRPC's own client of xDS. {@code -Dgolden.update=true}
 * writes the last part anew.
 */
final class GoldenTest {
    private static final Path CASES = Path.of("src/test/resources/golden");
    private static final String PROXY = "===== proxy ";
    private static final TypeRegistry TYPES = TypeRegistry.newBuilder()
            .add(List.of(
                    DownstreamTlsContext.getDescriptor(),
                    HttpConnectionManager.getDescriptor(),
                    HttpInspector.getDescriptor(),
                    HttpProtocolOptions.getDescriptor(),
                    OriginalDst.getDescriptor(),
                    PreviousHostsPredicate.getDescriptor(),
                    RawBuffer.getDescriptor(),
                    Router.getDescriptor(),
                    StdoutAccessLog.getDescriptor(),
                    TcpProxy.getDescriptor(),
                    TlsInspector.getDescriptor(),
                    UpstreamTlsContext.getDescriptor(),
                    io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.getDescriptor(),
                    io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDescriptor()))
            .build();

    @TestFactory
    List<DynamicTest> generated_configuration() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files.sorted()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)))
                    .toList();
        }
    }

    private static void check(Path file) throws IOException {
        String content = Files.readString(file);
        int line = content.indexOf(PROXY);
        int end = content.indexOf('\n', line) + 1;
        String[] proxy = content.substring(line + PROXY.length(), end).strip().split(" ");
        var settings = new MeshSettings(
                "cluster.local",
                "cluster.local",
                Set.of("weft-system"),
                proxy.length > 3 && proxy[3].equals("access-log"));
        MeshLoad load = Meshes.load(settings, content.substring(0, line));
        assertThat(load.problems()).isEmpty();
        ProxyNode node = Meshes.node(proxy[0], proxy[1], proxy[2].split(","));
        if (proxy.length > 3 && proxy[3].equals("grpc")) {
            node = new ProxyNode(node.id(), proxy[0], proxy[1], node.addresses(), node.labels(), ProxyNode.Reader.GRPC);
        }
        ResourceSet set = Meshes.resources(load.mesh(), node);
        String actual = content.substring(0, end) + print(set);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, actual);
            return;
        }
        assertThat(actual).isEqualTo(content);
    }

    private static String print(ResourceSet set) throws InvalidProtocolBufferException {
        JsonFormat.Printer printer =
                JsonFormat.printer().usingTypeRegistry(TYPES).preservingProtoFieldNames();
        StringBuilder out = new StringBuilder();
        for (ResourceType type : ResourceType.values()) {
            for (EncodedResource resource : set.resources(type).values()) {
                out.append("----- ")
                        .append(type)
                        .append(' ')
                        .append(resource.name())
                        .append('\n');
                out.append(printer.print(message(resource))).append('\n');
            }
        }
        return out.toString();
    }

    private static Message message(EncodedResource resource) throws InvalidProtocolBufferException {
        return switch (resource.type()) {
            case CLUSTER -> Cluster.parseFrom(resource.any().getValue());
            case ENDPOINT -> ClusterLoadAssignment.parseFrom(resource.any().getValue());
            case LISTENER -> Listener.parseFrom(resource.any().getValue());
            case ROUTE -> RouteConfiguration.parseFrom(resource.any().getValue());
            case SECRET -> throw new AssertionError("secrets are not generated");
        };
    }
}
