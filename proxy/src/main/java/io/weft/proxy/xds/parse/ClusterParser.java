package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Cluster.Discovery;
import io.weft.proxy.config.Cluster.DnsFamily;
import io.weft.proxy.config.Cluster.Limits;
import io.weft.proxy.config.Cluster.LoadBalancing;
import io.weft.proxy.config.Cluster.Locality;
import io.weft.proxy.config.Cluster.Protocol;
import io.weft.proxy.config.Cluster.TransportMatch;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.wire.Message;
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
            MessageFields.typed(TYPE)
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

    private final Message message;
    private final FieldPath path;
    private final Reading reading;

    private ClusterParser(Message message, FieldPath path, Reading reading) {
        this.message = message;
        this.path = path;
        this.reading = reading;
    }

    static Cluster cluster(Message message, FieldPath path, Reading reading) {
        return new ClusterParser(message, path, reading).cluster();
    }

    private Cluster cluster() {
        String name = Scalars.name(message.text("name"), path.field("name"));
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
                limits(message.message("circuit_breakers")),
                transports,
                tls,
                bindAddresses(message.message("upstream_bind_config"), path.field("upstream_bind_config")),
                Scalars.within(
                        message.has("per_connection_buffer_limit_bytes"),
                        message.message("per_connection_buffer_limit_bytes"),
                        1,
                        Integer.MAX_VALUE,
                        Cluster.DEFAULT_BUFFER_LIMIT,
                        path.field("per_connection_buffer_limit_bytes")));
    }

    private Duration connectTimeout() {
        return message.has("connect_timeout")
                ? Scalars.positive(message.message("connect_timeout"), path.field("connect_timeout"))
                : Cluster.DEFAULT_CONNECT_TIMEOUT;
    }

    private Discovery discovery(String name) {
        if (message.has("eds_cluster_config") && !message.choice("type").equals("EDS")) {
            throw new InvalidResource(path.field("eds_cluster_config"), "expected only with type EDS");
        }
        return switch (message.choice("type")) {
            case "STATIC" -> new Discovery.Static();
            case "EDS" -> eds(name);
            case "STRICT_DNS" -> new Discovery.StrictDns(localities(true), dnsRefresh(), dnsFamily());
            case "LOGICAL_DNS" -> {
                List<Locality> names = localities(true);
                if (names.size() != 1 || names.getFirst().endpoints().size() != 1) {
                    throw new InvalidResource(
                            path.field("load_assignment").field("endpoints"), "expected exactly one endpoint");
                }
                yield new Discovery.LogicalDns(names.getFirst(), dnsRefresh(), dnsFamily());
            }
            case "ORIGINAL_DST" -> {
                noAssignment();
                yield new Discovery.OriginalDestination();
            }
            default -> throw HeaderChangesParser.unknown(path.field("type"), message.number("type"));
        };
    }

    private Discovery eds(String name) {
        noAssignment();
        var eds = message.message("eds_cluster_config");
        FieldPath at = path.field("eds_cluster_config");
        ConfigSourceParser.ads(eds.has("eds_config"), eds.message("eds_config"), at.field("eds_config"));
        String service = eds.text("service_name");
        return new Discovery.Eds(service.isEmpty() ? name : Scalars.name(service, at.field("service_name")));
    }

    private void noAssignment() {
        if (message.has("load_assignment")) {
            throw new InvalidResource(
                    path.field("load_assignment"), "expected none with type " + message.choice("type"));
        }
    }

    private List<Locality> localities(boolean names) {
        return EndpointParser.localities(message.message("load_assignment"), names, path.field("load_assignment"));
    }

    @SuppressWarnings("deprecation") // its successor is a cluster extension that few files use yet
    private Duration dnsRefresh() {
        return message.has("dns_refresh_rate")
                ? Scalars.positive(message.message("dns_refresh_rate"), path.field("dns_refresh_rate"))
                : DEFAULT_DNS_REFRESH;
    }

    private DnsFamily dnsFamily() {
        return switch (message.choice("dns_lookup_family")) {
            case "AUTO" -> DnsFamily.AUTO;
            case "V4_ONLY" -> DnsFamily.V4_ONLY;
            case "V6_ONLY" -> DnsFamily.V6_ONLY;
            case "V4_PREFERRED" -> DnsFamily.V4_PREFERRED;
            case "ALL" -> DnsFamily.ALL;
            default ->
                throw HeaderChangesParser.unknown(path.field("dns_lookup_family"), message.number("dns_lookup_family"));
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
        List<TransportMatch> matches = new ArrayList<>(message.count("transport_socket_matches"));
        Set<String> names = new HashSet<>();
        for (int i = 0; i < message.count("transport_socket_matches"); i++) {
            var match = message.message("transport_socket_matches", i);
            FieldPath at = path.field("transport_socket_matches").at(i);
            String name = Scalars.name(match.text("name"), at.field("name"));
            if (!names.add(name)) {
                throw new InvalidResource(at.field("name"), Quote.of(name) + ": expected a name used once");
            }
            UpstreamTls tls = TransportSocketParser.upstream(
                            match.has("transport_socket"),
                            match.message("transport_socket"),
                            at.field("transport_socket"),
                            reading)
                    .map(found -> tls(found, http))
                    .orElse(null);
            matches.add(new TransportMatch(name, EndpointParser.pairs(match.message("match"), at.field("match")), tls));
        }
        return matches;
    }

    private @Nullable UpstreamTls tls(UpstreamHttp http) {
        return TransportSocketParser.upstream(
                        message.has("transport_socket"),
                        message.message("transport_socket"),
                        path.field("transport_socket"),
                        reading)
                .map(found -> tls(found, http))
                .orElse(null);
    }

    private UpstreamTls tls(TransportSocketParser.Found<Message> found, UpstreamHttp http) {
        return TlsParser.upstream(found.context(), http.autoSni(), http.autoSanValidation(), found.path(), reading);
    }

    /** Thresholds of high priority are passed over: no route can have that priority. */
    private static Limits limits(Message message) {
        for (int i = 0; i < message.count("thresholds"); i++) {
            var thresholds = message.message("thresholds", i);
            if (thresholds.choice("priority").equals("DEFAULT")) {
                return new Limits(
                        thresholds.has("max_connections")
                                ? Scalars.unsigned(
                                        thresholds.message("max_connections").number("value"))
                                : Limits.DEFAULT.maxConnections(),
                        thresholds.has("max_pending_requests")
                                ? Scalars.unsigned(thresholds
                                        .message("max_pending_requests")
                                        .number("value"))
                                : Limits.DEFAULT.maxPendingRequests(),
                        thresholds.has("max_requests")
                                ? Scalars.unsigned(
                                        thresholds.message("max_requests").number("value"))
                                : Limits.DEFAULT.maxRequests());
            }
        }
        return Limits.DEFAULT;
    }

    private static List<String> bindAddresses(Message message, FieldPath path) {
        List<String> addresses = new ArrayList<>();
        if (message.has("source_address")) {
            addresses.add(bindAddress(message.message("source_address"), path.field("source_address")));
        }
        FieldPath extra = path.field("extra_source_addresses");
        if (message.count("extra_source_addresses") > 0 && !message.has("source_address")) {
            throw new InvalidResource(extra, "expected a source_address before them");
        }
        for (int i = 0; i < message.count("extra_source_addresses"); i++) {
            addresses.add(bindAddress(
                    message.message("extra_source_addresses", i).message("address"),
                    extra.at(i).field("address")));
        }
        return addresses;
    }

    private static String bindAddress(Message message, FieldPath path) {
        AddressParser.ip(message.text("address"), path.field("address"));
        if (message.number("port_value") != 0) {
            throw new InvalidResource(
                    path.field("port_value"),
                    message.number("port_value") + ": expected 0, which lets the system choose");
        }
        return Scalars.shared(message.text("address"));
    }
}
