package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Cluster.Locality;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.Secret;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.MalformedMessage;
import io.weft.proxy.wire.Message;
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

    private final UnsupportedFields unsupported;
    private final DataSources sources;

    public Parsers(UnsupportedFields unsupported) {
        this(unsupported, DataSources.ofHost());
    }

    public Parsers(UnsupportedFields unsupported, DataSources sources) {
        this.unsupported = unsupported;
        this.sources = sources;
    }

    /**
     * The same, but each file that resources name is read once: for resources that are read together, which often name the
     * same certificates, and are then given the same.
     */
    public Parsers readingFilesOnce() {
        return new Parsers(unsupported, new FilesOnce(sources));
    }

    public Listener listener(Bytes resource) {
        return listener(open(resource, "envoy.config.listener.v3.Listener", "listeners"));
    }

    public Listener listener(Message message) {
        return Reading.of(
                message, path("listeners", message.text("name")), ListenerParser::listener, unsupported, sources);
    }

    public Cluster cluster(Bytes resource) {
        return cluster(open(resource, "envoy.config.cluster.v3.Cluster", "clusters"));
    }

    public Cluster cluster(Message message) {
        return Reading.of(
                message, path("clusters", message.text("name")), ClusterParser::cluster, unsupported, sources);
    }

    public Assignment assignment(Bytes resource) {
        return assignment(open(resource, "envoy.config.endpoint.v3.ClusterLoadAssignment", "endpoints"));
    }

    public Assignment assignment(Message message) {
        return Reading.of(
                message,
                path("endpoints", message.text("cluster_name")),
                EndpointParser::assignment,
                unsupported,
                sources);
    }

    public RouteTable routes(Bytes resource) {
        return routes(open(resource, "envoy.config.route.v3.RouteConfiguration", "routes"));
    }

    public RouteTable routes(Message message) {
        return Reading.of(
                message,
                path("routes", message.text("name")),
                (table, path, reading) -> {
                    Scalars.name(table.text("name"), path.field("name"));
                    return RouteTableParser.table(table, path, reading);
                },
                unsupported,
                sources);
    }

    public NamedSecret secret(Bytes resource) {
        return secret(open(resource, "envoy.extensions.transport_sockets.tls.v3.Secret", "secrets"));
    }

    public NamedSecret secret(Message message) {
        return Reading.of(message, path("secrets", message.text("name")), SecretParser::secret, unsupported, sources);
    }

    /** What stands around the resources of a bootstrap file; the resources in it must have been taken out before. */
    public BootstrapParser.Frame bootstrap(Message message) {
        return Reading.of(message, FieldPath.root(""), BootstrapParser::frame, unsupported, sources);
    }

    /**
     * The name of a resource, also of one that cannot be parsed, so that a refusal can say which it is. All named
     * resources of the API have their name in field 1.
     *
     * @return empty where there is none to be found
     */
    public static String nameOf(Bytes resource) {
        return Quote.shortened(Message.textOf(1, resource));
    }

    private static FieldPath path(String collection, String name) {
        return FieldPath.resource(collection, name);
    }

    private static Message open(Bytes resource, String type, String collection) {
        try {
            return Message.read(type, resource);
        } catch (MalformedMessage e) {
            throw new InvalidResource(
                    path(collection, nameOf(resource)), "not a valid " + type + ": " + e.getMessage());
        }
    }
}
