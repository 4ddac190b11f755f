package io.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Cluster.Locality;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.Secret;
import java.io.IOException;
import java.util.List;

/**
 * From one resource of Envoy's API to one record. Every method throws {@link InvalidResource} naming the fields at fault
 * and has no other effect then; resources do not affect each other. Safe for use by several threads.
 */
public final class Parsers {

    /** The endpoints of the cluster, or EDS service name, {@code cluster}. */
    public record Assignment(String cluster, List<Locality> endpoints) {
        public Assignment {
            endpoints = List.copyOf(endpoints);
        }
    }

    public record NamedSecret(String name, Secret secret) {}

    private static final int NAME_TAG = (1 << 3) | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    private final UnsupportedFields unsupported;
    private final DataSources sources;

    public Parsers(UnsupportedFields unsupported) {
        this(unsupported, DataSources.ofHost());
    }

    public Parsers(UnsupportedFields unsupported, DataSources sources) {
        this.unsupported = unsupported;
        this.sources = sources;
    }

    public Listener listener(Any resource) {
        return listener(
                open(resource, io.envoyproxy.envoy.config.listener.v3.Listener.getDefaultInstance(), "listeners"));
    }

    public Listener listener(io.envoyproxy.envoy.config.listener.v3.Listener message) {
        return Reading.of(
                message, path("listeners", message.getName()), ListenerParser::listener, unsupported, sources);
    }

    public Cluster cluster(Any resource) {
        return cluster(open(resource, io.envoyproxy.envoy.config.cluster.v3.Cluster.getDefaultInstance(), "clusters"));
    }

    public Cluster cluster(io.envoyproxy.envoy.config.cluster.v3.Cluster message) {
        return Reading.of(message, path("clusters", message.getName()), ClusterParser::cluster, unsupported, sources);
    }

    public Assignment assignment(Any resource) {
        return assignment(open(resource, ClusterLoadAssignment.getDefaultInstance(), "endpoints"));
    }

    public Assignment assignment(ClusterLoadAssignment message) {
        return Reading.of(
                message, path("endpoints", message.getClusterName()), EndpointParser::assignment, unsupported, sources);
    }

    public RouteTable routes(Any resource) {
        return routes(open(resource, RouteConfiguration.getDefaultInstance(), "routes"));
    }

    public RouteTable routes(RouteConfiguration message) {
        return Reading.of(
                message,
                path("routes", message.getName()),
                (table, path, reading) -> {
                    Scalars.name(table.getName(), path.field("name"));
                    return RouteTableParser.table(table, path, reading);
                },
                unsupported,
                sources);
    }

    public NamedSecret secret(Any resource) {
        return secret(open(
                resource,
                io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret.getDefaultInstance(),
                "secrets"));
    }

    public NamedSecret secret(io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret message) {
        return Reading.of(message, path("secrets", message.getName()), SecretParser::secret, unsupported, sources);
    }

    /** What stands around the resources of a bootstrap file; the resources in it must have been taken out before. */
    public BootstrapParser.Frame bootstrap(Bootstrap message) {
        return Reading.of(message, FieldPath.root(""), BootstrapParser::frame, unsupported, sources);
    }

    /**
     * The name of a resource, also of one that cannot be parsed, so that a refusal can say which it is. All named
     * resources of the API have their name in field 1.
     *
     * @return empty where there is none to be found
     */
    public static String nameOf(Any resource) {
        CodedInputStream input = resource.getValue().newCodedInput();
        try {
            for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
                if (tag == NAME_TAG) {
                    return Quote.shortened(input.readStringRequireUtf8());
                }
                input.skipField(tag);
            }
        } catch (IOException e) {
            return ""; // broken before any name
        }
        return "";
    }

    private static FieldPath path(String collection, String name) {
        return FieldPath.resource(collection, name);
    }

    private static <M extends Message> M open(Any resource, M prototype, String collection) {
        FieldPath path = path(collection, nameOf(resource));
        String expected = prototype.getDescriptorForType().getFullName();
        if (!SupportedFields.typeName(resource.getTypeUrl()).equals(expected)) {
            throw new InvalidResource(path, "type " + Quote.of(resource.getTypeUrl()) + ": expected " + expected);
        }
        try {
            @SuppressWarnings("unchecked") // a message's parser gives messages of its own class
            M message = (M) prototype.getParserForType().parseFrom(resource.getValue());
            return message;
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidResource(path, "not a valid " + expected + ": " + e.getMessage());
        }
    }
}
