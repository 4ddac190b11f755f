package io.weft.proxy.sidecar;

import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.wire.Json;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From the environment to options: a pure function. The names are those that Istio's pilot-agent reads. */
public final class Sidecar {

    static final Address.Socket DEFAULT_DISCOVERY = new Address.Socket("weft-control-plane.weft-system.svc", 15012);

    private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(45);
    private static final int MAX_CONCURRENCY = 1024;
    private static final String LOCALITY_LABEL = "istio-locality";

    private Sidecar() {}

    /** @throws InvalidEnvironment listing all that is wrong */
    public static SidecarOptions options(SidecarInput input) {
        SidecarFlags flags = input.flags();
        Variables plain = new Variables(input.environment());
        ProxyConfig config = ProxyConfig.parse(plain.text("PROXY_CONFIG"), plain);
        plain.check();
        // What the mesh's operator put into proxyMetadata stands behind what the pod's own environment says.
        Map<String, String> environment = new LinkedHashMap<>(config.metadata());
        environment.putAll(input.environment());
        Variables variables = new Variables(environment);

        String namespace = variables.text("POD_NAMESPACE", "default");
        String account = variables.text("SERVICE_ACCOUNT", "default");
        SpiffeId id = variables.parsed(
                "TRUST_DOMAIN, POD_NAMESPACE and SERVICE_ACCOUNT",
                variables.text("TRUST_DOMAIN", TrustDomain.DEFAULT.name()),
                SpiffeId.workload(TrustDomain.DEFAULT, "default", "default"),
                domain -> SpiffeId.workload(new TrustDomain(domain), namespace, account));
        Address.Socket discovery = discovery(variables, flags, config);
        String serverName = variables.text("ISTIOD_SAN", discovery.host());
        SidecarOptions options = new SidecarOptions(
                node(input, variables, config, namespace, account),
                discovery,
                serverName,
                SpiffeId.controlPlane(id.trustDomain()).toString(),
                IdentityChoice.of(variables, flags, id, discovery, serverName),
                variables.flag("ISTIO_DELTA_XDS", true),
                concurrency(variables, flags, config),
                drain(variables, flags, config),
                port(variables, config, "proxyAdminPort", 15000),
                variables.port("ENVOY_STATUS_PORT", 15021),
                variables.port("ENVOY_PROMETHEUS_PORT", 15090),
                port(variables, config, "statusPort", 15020));
        variables.check();
        return options;
    }

    private static Address.Socket discovery(Variables variables, SidecarFlags flags, ProxyConfig config) {
        String told = flags.discoveryAddress() == null ? config.text("discoveryAddress") : flags.discoveryAddress();
        return told == null
                ? DEFAULT_DISCOVERY
                : variables.parsed("discoveryAddress", told, DEFAULT_DISCOVERY, Variables::address);
    }

    private static int concurrency(Variables variables, SidecarFlags flags, ProxyConfig config) {
        String told = flags.concurrency() == null ? config.text("concurrency") : String.valueOf(flags.concurrency());
        return told == null
                ? 0
                : variables.parsed("concurrency", told, 0, text -> {
                    int number = text.matches("\\d{1,4}") ? Integer.parseInt(text) : -1;
                    if (number < 0 || number > MAX_CONCURRENCY) {
                        throw new IllegalArgumentException(
                                "\"" + text + "\": expected 0 to " + MAX_CONCURRENCY + " event loops");
                    }
                    return number;
                });
    }

    private static Duration drain(Variables variables, SidecarFlags flags, ProxyConfig config) {
        if (flags.drainDuration() != null) {
            return flags.drainDuration();
        }
        String told = config.text("terminationDrainDuration") == null
                ? config.text("drainDuration")
                : config.text("terminationDrainDuration");
        return told == null
                ? DEFAULT_DRAIN
                : variables.parsed("PROXY_CONFIG: drain duration", told, DEFAULT_DRAIN, Durations::parse);
    }

    private static int port(Variables variables, ProxyConfig config, String field, int otherwise) {
        String told = config.text(field);
        return told == null ? otherwise : variables.parsed("PROXY_CONFIG." + field, told, otherwise, Variables::port);
    }

    private static Bootstrap.Node node(
            SidecarInput input, Variables variables, ProxyConfig config, String namespace, String account) {
        SidecarFlags flags = input.flags();
        if (!flags.role().equals("sidecar") && !flags.role().equals("router")) {
            variables.problem("role \"" + flags.role() + "\": expected sidecar or router");
        }
        List<String> ips = ips(variables, input.hostAddresses());
        String pod = variables.text("POD_NAME", "");
        String domain = flags.domain() == null ? namespace + ".svc.cluster.local" : flags.domain();
        Map<String, String> labels = NodeMetadata.labels(variables, input.labelsFile());
        Map<String, Object> metadata = NodeMetadata.of(variables);
        metadata.put("NAMESPACE", namespace);
        metadata.put("SERVICE_ACCOUNT", account);
        metadata.put("INSTANCE_IPS", String.join(",", ips));
        metadata.put("LABELS", labels);
        putIfSet(metadata, "NAME", pod);
        putIfSet(metadata, "NODE_NAME", variables.text("NODE_NAME"));
        putIfSet(metadata, "HOST_IP", variables.text("HOST_IP"));
        metadata.putIfAbsent("CLUSTER_ID", "Kubernetes");
        if (!config.all().isEmpty()) {
            metadata.put("PROXY_CONFIG", config.all());
        }
        String[] place = place(labels.getOrDefault(LOCALITY_LABEL, ""));
        return new Bootstrap.Node(
                flags.role() + "~" + (ips.isEmpty() ? "" : ips.getFirst()) + "~" + (pod.isEmpty() ? "" : pod + ".")
                        + namespace + "~" + domain,
                serviceCluster(
                        flags.serviceCluster() == null ? config.text("serviceCluster") : flags.serviceCluster(),
                        labels,
                        metadata,
                        namespace),
                place[0],
                place[1],
                place[2],
                Json.line(metadata));
    }

    private static void putIfSet(Map<String, Object> metadata, String key, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            metadata.put(key, value);
        }
    }

    /** Region, zone and sub-zone; labels cannot hold slashes, so dots may stand for them. */
    private static String[] place(String locality) {
        String[] parts = (locality.contains("/") ? locality : locality.replace('.', '/')).split("/", 3);
        return new String[] {parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : ""};
    }

    private static String serviceCluster(
            @Nullable String told, Map<String, String> labels, Map<String, Object> metadata, String namespace) {
        if (told != null && !told.equals("istio-proxy")) {
            return told;
        }
        Object name = labels.containsKey("app") ? labels.get("app") : metadata.get("WORKLOAD_NAME");
        return (name == null ? "istio-proxy" : name) + "." + namespace;
    }

    private static List<String> ips(Variables variables, List<String> host) {
        Set<String> ips = new LinkedHashSet<>();
        for (String name : List.of("INSTANCE_IP", "INSTANCE_IPS")) {
            String text = variables.text(name);
            if (text != null) {
                for (String part : text.split(",")) {
                    ips.add(variables.parsed(name, part.strip(), part.strip(), Sidecar::literal));
                }
            }
        }
        if (ips.isEmpty()) {
            ips.addAll(host);
        }
        if (ips.isEmpty()) {
            variables.problem("INSTANCE_IP: expected the workload's IP address, since no interface has one");
        }
        return new ArrayList<>(ips);
    }

    private static String literal(String text) {
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\": expected an IP address", e);
        }
        // The JDK also reads 10.1 as 10.0.0.1, which nobody means.
        if (address instanceof Inet4Address && !address.getHostAddress().equals(text)) {
            throw new IllegalArgumentException("\"" + text + "\": expected an IP address");
        }
        return address.getHostAddress();
    }
}
