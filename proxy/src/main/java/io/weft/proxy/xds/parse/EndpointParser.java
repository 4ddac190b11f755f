package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster.Endpoint;
import io.weft.proxy.config.Cluster.Health;
import io.weft.proxy.config.Cluster.Locality;
import io.weft.proxy.wire.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The endpoints of a cluster. */
final class EndpointParser {

    static final String TRANSPORT_MATCH = "envoy.transport_socket_match";

    private static final String PACKAGE = "envoy.config.endpoint.v3.";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(PACKAGE + "ClusterLoadAssignment").honours("cluster_name", "endpoints", "policy"),
            MessageFields.of(PACKAGE + "ClusterLoadAssignment.Policy")
                    .only("overprovisioning_factor", "the factor is fixed at Envoy's default", "140"),
            MessageFields.of(PACKAGE + "LocalityLbEndpoints")
                    .honours("locality", "lb_endpoints", "load_balancing_weight", "priority")
                    .accepts("metadata", "read by no feature that is supported"),
            MessageFields.of(PACKAGE + "LbEndpoint")
                    .honours("endpoint", "health_status", "metadata", "load_balancing_weight"),
            MessageFields.of(PACKAGE + "Endpoint").honours("address", "hostname"),
            MessageFields.of("envoy.config.core.v3.Metadata")
                    .honours("filter_metadata")
                    .accepts("typed_filter_metadata", "read by no extension that is supported"),
            MessageFields.of("envoy.config.core.v3.Locality").honours("region", "zone", "sub_zone"));

    /** Envoy's bound on the sum of weights, kept for each of them. */
    private static final long MAX_WEIGHT = 0xffff_ffffL;

    private static final int MAX_PRIORITY = 128;

    private final boolean names;
    private Map<String, String> lastMetadata = Map.of();

    /** @param names whether hosts may be DNS names */
    private EndpointParser(boolean names) {
        this.names = names;
    }

    static Parsers.Assignment assignment(Message message, FieldPath path, Reading reading) {
        String cluster = Scalars.name(message.text("cluster_name"), path.field("cluster_name"));
        return new Parsers.Assignment(cluster, localities(message, false, path));
    }

    static List<Locality> localities(Message message, boolean names, FieldPath path) {
        EndpointParser parser = new EndpointParser(names);
        List<Locality> localities = new ArrayList<>(message.count("endpoints"));
        for (int i = 0; i < message.count("endpoints"); i++) {
            localities.add(parser.locality(
                    message.message("endpoints", i), path.field("endpoints").at(i)));
        }
        return localities;
    }

    private Locality locality(Message message, FieldPath path) {
        List<Endpoint> endpoints = new ArrayList<>(message.count("lb_endpoints"));
        for (int i = 0; i < message.count("lb_endpoints"); i++) {
            endpoints.add(endpoint(
                    message.message("lb_endpoints", i),
                    path.field("lb_endpoints").at(i)));
        }
        var place = message.message("locality");
        FieldPath at = path.field("locality");
        return new Locality(
                Scalars.text(place.text("region"), at.field("region")),
                Scalars.text(place.text("zone"), at.field("zone")),
                Scalars.text(place.text("sub_zone"), at.field("sub_zone")),
                (int) Scalars.within(
                        Scalars.unsigned(message.number("priority")), 0, MAX_PRIORITY, path.field("priority")),
                // A locality without a weight gets nothing where localities are weighed, as in Envoy.
                message.has("load_balancing_weight")
                        ? weight(message.message("load_balancing_weight").number("value"), path)
                        : 0,
                endpoints);
    }

    private Endpoint endpoint(Message message, FieldPath path) {
        if (!message.has("endpoint")) {
            throw new InvalidResource(path, "expected endpoint");
        }
        FieldPath at = path.field("endpoint");
        var endpoint = message.message("endpoint");
        Address address = names
                ? AddressParser.named(endpoint.message("address"), at.field("address"))
                : AddressParser.literal(endpoint.message("address"), at.field("address"));
        return new Endpoint(
                address,
                message.has("load_balancing_weight")
                        ? weight(message.message("load_balancing_weight").number("value"), path)
                        : 1,
                health(message.choice("health_status"), path.field("health_status")),
                Scalars.text(endpoint.text("hostname"), at.field("hostname")),
                transportMetadata(message.message("metadata"), path.field("metadata")));
    }

    private static long weight(int value, FieldPath path) {
        return Scalars.within(Scalars.unsigned(value), 1, MAX_WEIGHT, path.field("load_balancing_weight"));
    }

    private static Health health(String status, FieldPath path) {
        return switch (status) {
            case "UNKNOWN", "HEALTHY" -> Health.HEALTHY;
            case "DEGRADED" -> Health.DEGRADED;
            case "DRAINING" -> Health.DRAINING;
            case "UNHEALTHY", "TIMEOUT" -> Health.UNHEALTHY;
            default -> throw new InvalidResource(path, "unknown value: expected a health status");
        };
    }

    private Map<String, String> transportMetadata(Message metadata, FieldPath path) {
        Message match = metadata.entries("filter_metadata").get(TRANSPORT_MATCH);
        if (match == null) {
            return Map.of();
        }
        Map<String, String> pairs = pairs(match, path.field("filter_metadata").key(TRANSPORT_MATCH));
        // Endpoints that follow each other nearly always carry the same pairs: keep one map for all of them.
        if (!pairs.equals(lastMetadata)) {
            lastMetadata = pairs;
        }
        return lastMetadata;
    }

    /** A flat object of strings. */
    static Map<String, String> pairs(Message struct, FieldPath path) {
        Map<String, String> pairs = new LinkedHashMap<>();
        struct.entries("fields").forEach((key, value) -> {
            if (!value.which("kind").equals("string_value")) {
                throw new InvalidResource(path.key(key), value.which("kind") + ": expected a string");
            }
            pairs.put(Scalars.shared(key), Scalars.shared(value.text("string_value")));
        });
        return Map.copyOf(pairs);
    }
}
