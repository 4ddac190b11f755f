package io.weft.controlplane.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.source.FolderCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Meshes from text, read the way an operator's folder is. */
final class Meshes {
    private Meshes() {}

    static Mesh of(String... documents) {
        MeshLoad load = load(MeshSettings.DEFAULT, documents);
        assertThat(load.problems()).isEmpty();
        return load.mesh();
    }

    static MeshLoad load(MeshSettings settings, String... documents) {
        try {
            Path folder = Files.createTempDirectory("weft-mesh");
            try {
                for (int i = 0; i < documents.length; i++) {
                    Files.writeString(folder.resolve("%05d.yaml".formatted(i)), documents[i] + "\n");
                }
                return FolderCheck.load(folder, settings);
            } finally {
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A pod with a sidecar; its service account has the name of its label {@code app}. */
    static String pod(String namespace, String name, String app, String ip) {
        return pod(namespace, name, app, ip, true);
    }

    static String pod(String namespace, String name, String app, String ip, boolean sidecar) {
        return """
                apiVersion: v1
                kind: Pod
                metadata:
                  namespace: %s
                  name: %s
                  labels: {app: %s, sidecar.istio.io/inject: "%s"}
                spec:
                  serviceAccountName: %s
                  containers:
                    - name: main
                      ports: [{name: web, containerPort: 8080}]
                status:
                  podIP: "%s"
                """.formatted(namespace, name, app, sidecar, app, ip);
    }

    /** A service that selects by label {@code app}; {@code clusterIp} may be None. */
    static String service(String namespace, String name, String clusterIp, String ports) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {namespace: %s, name: %s}
                spec:
                  clusterIP: "%s"
                  selector: {app: %s}
                  ports: [%s]
                """.formatted(namespace, name, clusterIp, name, ports);
    }

    static String policy(String namespace, String name, String spec) {
        return """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {namespace: %s, name: %s}
                spec: %s
                """.formatted(namespace, name, spec);
    }

    static String peerAuthentication(String namespace, String name, String spec) {
        return """
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {namespace: %s, name: %s}
                spec: %s
                """.formatted(namespace, name, spec);
    }

    static String destinationRule(String namespace, String name, String spec) {
        return """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {namespace: %s, name: %s}
                spec: %s
                """.formatted(namespace, name, spec);
    }

    static ProxyNode node(String namespace, String account, String... addresses) {
        return new ProxyNode(
                "sidecar~" + account,
                namespace,
                account,
                Stream.of(addresses).map(IpAddress::of).toList(),
                Map.of(),
                ProxyNode.Reader.SIDECAR);
    }

    static ResourceSet resources(Mesh mesh, ProxyNode node) {
        return new Generator(1 << 24).generate(View.of(mesh, node));
    }

    static List<String> names(ResourceSet set, ResourceType type) {
        return set.resources(type).names();
    }
}
