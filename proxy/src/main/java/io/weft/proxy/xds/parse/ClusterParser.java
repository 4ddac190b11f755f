package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Cluster.Discovery;
import io.weft.proxy.config.Cluster.DnsFamily;
import io.weft.proxy.config.Cluster.Limits;
import io.weft.proxy.config.Cluster.LoadBalancing;
import io.weft.proxy.config.Cluster.Locality;
import io.weft.proxy.config.Cluster.Protocol;
import io.weft.proxy.config.Cluster.TransportMatch;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.xds.parse.UpstreamHttpParser.UpstreamHttp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A cluster, with its endpoints where the message holds them. */
final class ClusterParser {

    private static final String TYPE = "envoy.config.cluster.v3.Cluster";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(TYPE, io.envoyproxy.envoy.config.cluster.v3.Cluster::getDefaultInstance)
                    .honours(
                            "name",
                            "type",
                            "eds_cluster_config",
                            "connect_timeout",
                            "per_connection_buffer_limit_bytes",
                            "lb_policy",
                            "least_request_lb_config",
                            "round_robin_lb_config",
                            "load_balancing_policy",
                            "common_lb_config",
                            "load_assignment",
                            "max_requests_per_connection",
                            "circuit_breakers",
                            "upstream_http_protocol_options",
                            "common_http_protocol_options",
                            "http_protocol_options",
                            "http2_protocol_options",
                            "protocol_selection",
                            "typed_extension_protocol_options",
                            "dns_refresh_rate",
                            "dns_lookup_family",
                            "upstream_bind_config",
                            "transport_socket",
                            "transport_socket_matches")
                    .accepts("alt_stat_name", "statistics are named after the cluster itself")
                    .accepts("metadata", "read by no feature that is supported")
                    .accepts("cleanup_interval", "no list is kept of original destinations")
                    .accepts("ignore_health_on_host_removal", "an endpoint that was removed is dropped at once")
                    .only("wait_for_warm_on_init", "the start always waits for its clusters", "true"),
            MessageFields.of(TYPE + ".EdsClusterConfig").honours("eds_config", "service_name"),
            MessageFields.of(TYPE + ".TransportSocketMatch").honours("name", "match", "transport_socket"),
            MessageFields.of("envoy.config.cluster.v3.CircuitBreakers").honours("thresholds"),
            MessageFields.of("envoy.config.cluster.v3.CircuitBreakers.Thresholds")
                    .honours("priority", "max_connections", "max_pending_requests", "max_requests")
                    .accepts("track_remaining", "adds statistics only")
                    .only("max_retries", "retries have no limit of their own", "4294967295"),
            MessageFields.of("envoy.config.core.v3.BindConfig").honours("source_address", "extra_source_addresses"),
            MessageFields.of("envoy.config.core.v3.ExtraSourceAddress").honours("address"));

    private static final Duration DEFAULT_DNS_REFRESH = Duration.ofSeconds(5);

    private final io.envoyproxy.envoy.config.cluster.v3.Cluster message;
    private final FieldPath path;
    private final Reading reading;

    private ClusterParser(io.envoyproxy.envoy.config.cluster.v3.Cluster message, FieldPath path, Reading reading) {
        this.message = message;
        this.path = path;
        this.reading = reading;
    }

    static Cluster cluster(io.envoyproxy.envoy.config.cluster.v3.Cluster message, FieldPath path, Reading reading) {
        return new ClusterParser(message, path, reading).cluster();
    }

    private Cluster cluster() {
        String name = Scalars.name(message.getName(), path.field("name"));
        Discovery discovery = discovery(name);
        var balance = LoadBalancingParser.balance(message, path, reading);
        UpstreamHttp http = UpstreamHttpParser.http(message, path, reading);
        List<TransportMatch> transports = transports(http);
        UpstreamTls tls = tls(http);
        if (http.protocol() == Protocol.ALPN
                && tls == null
                && transports.stream().allMatch(transport -> transport.tls() == null)) {
            throw new InvalidResource(
                    path.field("typed_extension_protocol_options"), "auto_config: expected TLS, which agrees on ALPN");
        }
        return new Cluster(
                name,
                discovery,
                discovery instanceof Discovery.Static ? localities(false) : List.of(),
                balancing(balance.balancing(), discovery),
                LoadBalancingParser.spread(message, balance.byLocalityWeight(), path),
                http.protocol(),
                connectTimeout(),
                http.idleTimeout(),
                http.maxRequestsPerConnection(),
                http.maxStreamDuration(),
                limits(message.getCircuitBreakers()),
                transports,
                tls,
                bindAddresses(message.getUpstreamBindConfig(), path.field("upstream_bind_config")),
                Scalars.within(
                        message.hasPerConnectionBufferLimitBytes(),
                        message.getPerConnectionBufferLimitBytes(),
                        1,
                        Integer.MAX_VALUE,
                        Cluster.DEFAULT_BUFFER_LIMIT,
                        path.field("per_connection_buffer_limit_bytes")));
    }

    private Duration connectTimeout() {
        return message.hasConnectTimeout()
                ? Scalars.positive(message.getConnectTimeout(), path.field("connect_timeout"))
                : Cluster.DEFAULT_CONNECT_TIMEOUT;
    }

    private Discovery discovery(String name) {
        if (message.hasEdsClusterConfig()
                && message.getType() != io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType.EDS) {
            throw new InvalidResource(path.field("eds_cluster_config"), "expected only with type EDS");
        }
        return switch (message.getType()) {
            case STATIC -> new Discovery.Static();
            case EDS -> eds(name);
            case STRICT_DNS -> new Discovery.StrictDns(localities(true), dnsRefresh(), dnsFamily());
            case LOGICAL_DNS -> {
                List<Locality> names = localities(true);
                if (names.size() != 1 || names.getFirst().endpoints().size() != 1) {
                    throw new InvalidResource(
                            path.field("load_assignment").field("endpoints"), "expected exactly one endpoint");
                }
                yield new Discovery.LogicalDns(names.getFirst(), dnsRefresh(), dnsFamily());
            }
            case ORIGINAL_DST -> {
                noAssignment();
                yield new Discovery.OriginalDestination();
            }
            case UNRECOGNIZED -> throw HeaderChangesParser.unknown(path.field("type"), message.getTypeValue());
        };
    }

    private Discovery eds(String name) {
        noAssignment();
        var eds = message.getEdsClusterConfig();
        FieldPath at = path.field("eds_cluster_config");
        ConfigSourceParser.ads(eds.hasEdsConfig(), eds.getEdsConfig(), at.field("eds_config"));
        String service = eds.getServiceName();
        return new Discovery.Eds(service.isEmpty() ? name : Scalars.name(service, at.field("service_name")));
    }

    private void noAssignment() {
        if (message.hasLoadAssignment()) {
            throw new InvalidResource(
                    path.field("load_assignment"),
                    "expected none with type " + message.getType().name());
        }
    }

    private List<Locality> localities(boolean names) {
        return EndpointParser.localities(message.getLoadAssignment(), names, path.field("load_assignment"));
    }

    @SuppressWarnings("deprecation") // its successor is a cluster extension that few files use yet
    private Duration dnsRefresh() {
        return message.hasDnsRefreshRate()
                ? Scalars.positive(message.getDnsRefreshRate(), path.field("dns_refresh_rate"))
                : DEFAULT_DNS_REFRESH;
    }

    private DnsFamily dnsFamily() {
        return switch (message.getDnsLookupFamily()) {
            case AUTO -> DnsFamily.AUTO;
            case V4_ONLY -> DnsFamily.V4_ONLY;
            case V6_ONLY -> DnsFamily.V6_ONLY;
            case V4_PREFERRED -> DnsFamily.V4_PREFERRED;
            case ALL -> DnsFamily.ALL;
            case UNRECOGNIZED ->
                throw HeaderChangesParser.unknown(path.field("dns_lookup_family"), message.getDnsLookupFamilyValue());
        };
    }

    private LoadBalancing balancing(@Nullable LoadBalancing told, Discovery discovery) {
        boolean original = discovery instanceof Discovery.OriginalDestination;
        if (original != (told == null)) {
            throw new InvalidResource(
                    path.field("lb_policy"), "expected CLUSTER_PROVIDED with type ORIGINAL_DST and only with it");
        }
        return told == null ? new LoadBalancing.RoundRobin() : told; // there is one endpoint to choose from
    }

    private List<TransportMatch> transports(UpstreamHttp http) {
        List<TransportMatch> matches = new ArrayList<>(message.getTransportSocketMatchesCount());
        Set<String> names = new HashSet<>();
        for (int i = 0; i < message.getTransportSocketMatchesCount(); i++) {
            var match = message.getTransportSocketMatches(i);
            FieldPath at = path.field("transport_socket_matches").at(i);
            String name = Scalars.name(match.getName(), at.field("name"));
            if (!names.add(name)) {
                throw new InvalidResource(at.field("name"), Quote.of(name) + ": expected a name used once");
            }
            UpstreamTls tls = TransportSocketParser.upstream(
                            match.hasTransportSocket(),
                            match.getTransportSocket(),
                            at.field("transport_socket"),
                            reading)
                    .map(found -> tls(found, http))
                    .orElse(null);
            matches.add(new TransportMatch(name, EndpointParser.pairs(match.getMatch(), at.field("match")), tls));
        }
        return matches;
    }

    private @Nullable UpstreamTls tls(UpstreamHttp http) {
        return TransportSocketParser.upstream(
                        message.hasTransportSocket(),
                        message.getTransportSocket(),
                        path.field("transport_socket"),
                        reading)
                .map(found -> tls(found, http))
                .orElse(null);
    }

    private UpstreamTls tls(
            TransportSocketParser.Found<io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext>
                    found,
            UpstreamHttp http) {
        return TlsParser.upstream(found.context(), http.autoSni(), http.autoSanValidation(), found.path(), reading);
    }

    /** Thresholds of high priority are passed over: no route can have that priority. */
    private static Limits limits(CircuitBreakers message) {
        for (int i = 0; i < message.getThresholdsCount(); i++) {
            var thresholds = message.getThresholds(i);
            if (thresholds.getPriority() == RoutingPriority.DEFAULT) {
                return new Limits(
                        thresholds.hasMaxConnections()
                                ? Scalars.unsigned(
                                        thresholds.getMaxConnections().getValue())
                                : Limits.DEFAULT.maxConnections(),
                        thresholds.hasMaxPendingRequests()
                                ? Scalars.unsigned(
                                        thresholds.getMaxPendingRequests().getValue())
                                : Limits.DEFAULT.maxPendingRequests(),
                        thresholds.hasMaxRequests()
                                ? Scalars.unsigned(thresholds.getMaxRequests().getValue())
                                : Limits.DEFAULT.maxRequests());
            }
        }
        return Limits.DEFAULT;
    }

    private static List<String> bindAddresses(BindConfig message, FieldPath path) {
        List<String> addresses = new ArrayList<>();
        if (message.hasSourceAddress()) {
            addresses.add(bindAddress(message.getSourceAddress(), path.field("source_address")));
        }
        FieldPath extra = path.field("extra_source_addresses");
        if (message.getExtraSourceAddressesCount() > 0 && !message.hasSourceAddress()) {
            throw new InvalidResource(extra, "expected a source_address before them");
        }
        for (int i = 0; i < message.getExtraSourceAddressesCount(); i++) {
            addresses.add(bindAddress(
                    message.getExtraSourceAddresses(i).getAddress(), extra.at(i).field("address")));
        }
        return addresses;
    }

    private static String bindAddress(SocketAddress message, FieldPath path) {
        AddressParser.ip(message.getAddress(), path.field("address"));
        if (message.getPortValue() != 0) {
            throw new InvalidResource(
                    path.field("port_value"), message.getPortValue() + ": expected 0, which lets the system choose");
        }
        return Scalars.shared(message.getAddress());
    }
}
