package io.weft.controlplane.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.model.ClientTls;
import io.weft.controlplane.model.ClientTls.CertificateFiles;
import io.weft.controlplane.model.ClientTls.Originate;
import io.weft.controlplane.model.ClientTls.ServerTrust;
import io.weft.controlplane.model.DestinationRule;
import io.weft.controlplane.model.DestinationRule.LoadBalancer;
import io.weft.controlplane.model.DestinationRule.TrafficPolicy;
import io.weft.controlplane.model.EndpointSlice;
import io.weft.controlplane.model.EndpointSlice.SliceEndpoint;
import io.weft.controlplane.model.EndpointSlice.SlicePort;
import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.Locality;
import io.weft.controlplane.model.MeshObject;
import io.weft.controlplane.model.Protocol;
import io.weft.controlplane.model.Service;
import io.weft.controlplane.model.ServicePort;
import io.weft.controlplane.model.TargetPort;
import io.weft.controlplane.model.Workload;
import io.weft.controlplane.source.YamlDocuments.Document;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What each kind says when it is read. */
final class KindsTest {
    private static MeshObject read(String yaml) {
        Document document = YamlDocuments.parse(yaml).getFirst();
        assertThat(document).isInstanceOf(Document.Parsed.class);
        Reading reading = new ObjectReader("cluster.local")
                .read(((Document.Parsed) document).root())
                .getFirst();
        assertThat(reading).isInstanceOf(Reading.Good.class);
        return ((Reading.Good) reading).object();
    }

    @Test
    void a_service_as_the_api_server_prints_it() {
        assertThat(read("""
                        apiVersion: v1
                        kind: Service
                        metadata:
                          annotations:
                            kubectl.kubernetes.io/last-applied-configuration: |
                              {"apiVersion":"v1"}
                          creationTimestamp: "2026-01-01T00:00:00Z"
                          name: cart
                          namespace: shop
                          resourceVersion: "7"
                          uid: 0a
                        spec:
                          clusterIP: 10.0.0.1
                          clusterIPs: [10.0.0.1, "fd00::0:1"]
                          internalTrafficPolicy: Cluster
                          ipFamilies: [IPv4, IPv6]
                          ipFamilyPolicy: RequireDualStack
                          ports:
                            - {name: http-web, nodePort: 30000, port: 80, protocol: TCP, targetPort: web}
                            - {name: dns, port: 53, protocol: UDP, targetPort: 53}
                            - {name: raw, appProtocol: kubernetes.io/h2c, port: 81}
                          selector: {app: cart}
                          sessionAffinity: None
                          type: NodePort
                        status: {loadBalancer: {}}
                        """))
                .isEqualTo(new Service(
                        "shop",
                        "cart",
                        Map.of("app", "cart"),
                        List.of(IpAddress.of("10.0.0.1"), IpAddress.of("fd00::1")),
                        List.of(
                                new ServicePort("http-web", 80, new TargetPort.Named("web"), Protocol.HTTP),
                                new ServicePort("raw", 81, new TargetPort.Numbered(81), Protocol.HTTP2)),
                        false));
    }

    @Test
    void a_pod_as_the_api_server_prints_it() {
        assertThat(read("""
                        apiVersion: v1
                        kind: Pod
                        metadata:
                          name: cart-1
                          namespace: shop
                          labels: {app: cart, topology.kubernetes.io/zone: z1}
                          annotations: {sidecar.istio.io/status: "{}"}
                        spec:
                          serviceAccount: cart
                          serviceAccountName: cart
                          nodeName: n1
                          containers:
                            - name: main
                              image: cart:1
                              ports: [{name: web, containerPort: 8080, protocol: TCP}]
                        status:
                          phase: Running
                          podIP: 10.1.0.1
                          podIPs: [{ip: 10.1.0.1}, {ip: "fd00::1"}]
                          conditions: [{type: Ready, status: "True", lastProbeTime: null}]
                          containerStatuses: []
                        """))
                .isEqualTo(new Workload(
                        Kind.POD,
                        "shop",
                        "cart-1",
                        List.of(IpAddress.of("10.1.0.1"), IpAddress.of("fd00::1")),
                        "cart",
                        Map.of("app", "cart", "topology.kubernetes.io/zone", "z1"),
                        Map.of("web", 8080),
                        Health.HEALTHY,
                        new Locality("", "z1", ""),
                        1,
                        true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{}; HEALTHY; 0",
                "{podIP: 10.1.0.1}; HEALTHY; 1",
                "{podIP: 10.1.0.1, conditions: [{type: Ready, status: 'False'}]}; UNHEALTHY; 1",
                "{podIP: 10.1.0.1, phase: Succeeded}; UNHEALTHY; 0",
            })
    void a_pods_readiness_and_addresses(String status, Health health, int addresses) {
        var pod = (Workload) read(
                "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: []}, status: " + status + "}");
        assertThat(pod.health()).isEqualTo(health);
        assertThat(pod.addresses()).hasSize(addresses);
        assertThat(pod.serviceAccount()).isEqualTo("default");
        assertThat(pod.namespace()).isEqualTo("default");
    }

    @Test
    void a_pod_that_no_kubelet_reports_on_has_its_addresses_in_an_annotation() {
        var pod = (Workload) read(
                "{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {weft.io/addresses: '10.0.0.1, ::1'}}}");
        assertThat(pod.addresses()).containsExactly(IpAddress.of("10.0.0.1"), IpAddress.of("::1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{labels: {security.istio.io/tlsMode: istio}}; true",
                "{labels: {security.istio.io/tlsMode: disabled, sidecar.istio.io/inject: 'true'}}; false",
                "{labels: {sidecar.istio.io/inject: 'true'}}; true",
                "{annotations: {sidecar.istio.io/inject: 'true'}}; true",
                "{labels: {sidecar.istio.io/inject: 'false'}, annotations: {sidecar.istio.io/status: x}}; false",
                "{annotations: {sidecar.istio.io/status: x}}; true",
                "{}; false",
            })
    @DisplayName("T-02: which workloads have a sidecar")
    void sidecars(String metadata, boolean sidecar) {
        var pod = (Workload)
                read("{apiVersion: v1, kind: Pod, metadata: " + metadata.replaceFirst("\\{", "{name: p, ") + "}");
        assertThat(pod.hasSidecar()).isEqualTo(sidecar);
    }

    @Test
    void a_workload_entry() {
        assertThat(read("""
                        apiVersion: networking.istio.io/v1
                        kind: WorkloadEntry
                        metadata: {name: vm, namespace: shop, labels: {app: db, x: y}}
                        spec:
                          address: 10.2.0.1
                          ports: {redis: 6380}
                          labels: {app: redis, security.istio.io/tlsMode: istio}
                          serviceAccount: redis.vm
                          locality: eu/eu-1/rack-7
                          weight: 3
                        """))
                .isEqualTo(new Workload(
                        Kind.WORKLOAD_ENTRY,
                        "shop",
                        "vm",
                        List.of(IpAddress.of("10.2.0.1")),
                        "redis.vm",
                        Map.of("app", "redis", "x", "y", "security.istio.io/tlsMode", "istio"),
                        Map.of("redis", 6380),
                        Health.HEALTHY,
                        new Locality("eu", "eu-1", "rack-7"),
                        3,
                        true));
    }

    @Test
    void an_endpoint_slice() {
        assertThat(read("""
                        addressType: IPv4
                        apiVersion: discovery.k8s.io/v1
                        kind: EndpointSlice
                        metadata: {name: cart-x, namespace: shop, labels: {kubernetes.io/service-name: cart}}
                        endpoints:
                          - addresses: [10.1.0.1]
                            conditions: {ready: true, serving: true, terminating: false}
                            nodeName: n1
                            targetRef: {kind: Pod, name: cart-1, namespace: shop, uid: a}
                            zone: z1
                          - addresses: [10.1.0.2]
                            conditions: {ready: false, serving: true, terminating: true}
                          - addresses: [10.1.0.3]
                            conditions: {ready: false}
                          - addresses: [10.1.0.4]
                        ports: [{name: http, port: 8080, protocol: TCP}, {name: dns, port: 53, protocol: UDP}]
                        """))
                .isEqualTo(new EndpointSlice(
                        "shop",
                        "cart-x",
                        "cart",
                        List.of(
                                new SliceEndpoint(List.of(IpAddress.of("10.1.0.1")), Health.HEALTHY, "z1", "cart-1"),
                                new SliceEndpoint(List.of(IpAddress.of("10.1.0.2")), Health.DRAINING, "", ""),
                                new SliceEndpoint(List.of(IpAddress.of("10.1.0.3")), Health.UNHEALTHY, "", ""),
                                new SliceEndpoint(List.of(IpAddress.of("10.1.0.4")), Health.HEALTHY, "", "")),
                        List.of(new SlicePort("http", 8080))));
    }

    @Test
    void a_destination_rule_whose_port_settings_replace_the_others() {
        assertThat(read("""
                        apiVersion: networking.istio.io/v1
                        kind: DestinationRule
                        metadata: {name: r, namespace: shop}
                        spec:
                          host: cart
                          trafficPolicy:
                            loadBalancer: {simple: ROUND_ROBIN}
                            tls: {mode: ISTIO_MUTUAL}
                            portLevelSettings: [{port: {number: 81}, loadBalancer: {simple: RANDOM}}]
                        """))
                .isEqualTo(new DestinationRule(
                        "shop",
                        "r",
                        "cart.shop.svc.cluster.local",
                        new TrafficPolicy(LoadBalancer.ROUND_ROBIN, ClientTls.ISTIO_MUTUAL),
                        Map.of(81, new TrafficPolicy(LoadBalancer.RANDOM, ClientTls.AUTO))));
    }

    @ParameterizedTest
    @DisplayName("T-17: the TLS of a server, begun by the client's proxy")
    @MethodSource
    void originated_tls(String tls, ClientTls expected) {
        assertThat(read("""
                        apiVersion: networking.istio.io/v1
                        kind: DestinationRule
                        metadata: {name: r, namespace: shop}
                        spec:
                          host: cart
                          trafficPolicy:
                            tls: {tls}
                            portLevelSettings: [{port: {number: 81}, tls: {tls}}]
                        """.replace("{tls}", tls))).isInstanceOfSatisfying(DestinationRule.class, rule -> {
            assertThat(rule.policyFor(80).tls()).isEqualTo(expected);
            assertThat(rule.policyFor(81).tls()).isEqualTo(expected);
        });
    }

    static Stream<Arguments> originated_tls() {
        var system = new ServerTrust.SystemRoots();
        var file = new ServerTrust.RootsIn("/etc/certs/ca.pem");
        return Stream.of(
                Arguments.of("{mode: SIMPLE}", new Originate("", List.of(), system, Optional.empty())),
                Arguments.of(
                        "{mode: SIMPLE, caCertificates: system}",
                        new Originate("", List.of(), system, Optional.empty())),
                Arguments.of(
                        "{mode: SIMPLE, sni: Api.Example.com, insecureSkipVerify: false}",
                        new Originate("Api.Example.com", List.of(), system, Optional.empty())),
                Arguments.of(
                        "{mode: SIMPLE, caCertificates: /etc/certs/ca.pem, subjectAltNames: [a.example.com, \"spiffe://td/x\"]}",
                        new Originate("", List.of("a.example.com", "spiffe://td/x"), file, Optional.empty())),
                Arguments.of(
                        "{mode: SIMPLE, insecureSkipVerify: true}",
                        new Originate("", List.of(), new ServerTrust.Unverified(), Optional.empty())),
                Arguments.of(
                        "{mode: MUTUAL, clientCertificate: /etc/certs/c.pem, privateKey: /etc/certs/k.pem, caCertificates: /etc/certs/ca.pem}",
                        new Originate(
                                "",
                                List.of(),
                                file,
                                Optional.of(new CertificateFiles("/etc/certs/c.pem", "/etc/certs/k.pem")))));
    }

    @ParameterizedTest
    @DisplayName("L4-02, L4-03: what a port is declared to speak")
    @CsvSource({
        "'', http, 80, HTTP",
        "'', http-web, 80, HTTP",
        "'', httpx, 80, UNDECLARED",
        "'', grpc, 80, HTTP2",
        "'', grpc-web-x, 80, HTTP2",
        "'', http2-x, 80, HTTP2",
        "'', https, 443, TCP",
        "'', tcp-http, 80, TCP",
        "'', mongo, 80, TCP",
        "'', '', 3306, TCP",
        "'', web, 25, TCP",
        "'', http, 3306, HTTP",
        "'', '', 8080, UNDECLARED",
        "kubernetes.io/ws, tcp, 80, HTTP",
        "HTTP, tcp, 80, HTTP",
        "unheard-of, http, 80, UNDECLARED",
    })
    void protocols(String appProtocol, String name, int port, Protocol protocol) {
        assertThat(ServiceReader.protocol(appProtocol, name, port)).isEqualTo(protocol);
    }

    @Test
    @DisplayName("E9: a small file cannot become a large or a deep object")
    void nesting_is_limited() {
        String deep = "a: " + "[".repeat(5000) + "]".repeat(5000);
        assertThat(YamlDocuments.parse(deep)).singleElement().asString().contains("nested deeper than 100");
    }

    @Test
    void documents_know_their_lines_in_the_file() {
        List<Document> documents =
                YamlDocuments.parse("# c\n---\na: 1\n---\n\nb: |\n  x\n  y\n---\nc: [\n--- \nd: 1\n");
        assertThat(documents).hasSize(4);
        assertThat(((Document.Parsed) documents.get(0)).root().line()).isEqualTo(3);
        assertThat(((Document.Parsed) documents.get(1)).root().line()).isEqualTo(6);
        assertThat(((Document.Broken) documents.get(2)).line()).isBetween(10, 12);
        assertThat(((Document.Parsed) documents.get(3)).root().line()).isEqualTo(12);
    }
}
