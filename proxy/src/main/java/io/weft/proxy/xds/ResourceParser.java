package io.weft.proxy.xds;

import io.weft.proxy.wire.Bytes;
import io.weft.proxy.xds.parse.Parsers;

/** From a resource's bytes to configuration records. */
@FunctionalInterface
public interface ResourceParser {

    /**
     * @param body a message of the type asked for
     * @throws RuntimeException when the resource is refused; the message names the field by its path and says what was
     *     expected there. Whatever is thrown refuses this resource and no other.
     */
    Resource parse(ResourceType type, Bytes body);

    static ResourceParser of(Parsers parsers) {
        return (type, body) -> switch (type) {
            case CLUSTERS -> new Resource.OfCluster(parsers.cluster(body));
            case ENDPOINTS -> {
                Parsers.Assignment assignment = parsers.assignment(body);
                yield new Resource.OfEndpoints(assignment.cluster(), assignment.endpoints());
            }
            case LISTENERS -> new Resource.OfListener(parsers.listener(body));
            case ROUTES -> new Resource.OfRoutes(parsers.routes(body));
            case SECRETS -> {
                Parsers.NamedSecret secret = parsers.secret(body);
                yield new Resource.OfSecret(secret.name(), secret.secret());
            }
        };
    }
}
