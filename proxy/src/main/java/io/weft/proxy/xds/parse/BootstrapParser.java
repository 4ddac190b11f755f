package io.weft.proxy.xds.parse;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap.Ads;
import io.weft.proxy.config.Bootstrap.Node;
import org.jspecify.annotations.Nullable;

/** What stands in a bootstrap file around its resources. */
public final class BootstrapParser {

    /** A bootstrap file without its resources. */
    public record Frame(
            Node node,
            @Nullable Ads ads,
            boolean lds,
            boolean cds,
            @Nullable Address admin) {}

    private BootstrapParser() {}

    static Frame frame(io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap message, FieldPath path, Reading reading) {
        FieldPath dynamic = FieldPath.root("dynamic_resources");
        var resources = message.getDynamicResources();
        Ads ads = null;
        if (resources.hasAdsConfig()) {
            String cluster = ConfigSourceParser.grpcCluster(resources.getAdsConfig(), dynamic.field("ads_config"));
            ads = new Ads(
                    cluster,
                    resources.getAdsConfig().getApiType()
                            == io.envoyproxy.envoy.config.core.v3.ApiConfigSource.ApiType.DELTA_GRPC);
        }
        return new Frame(
                node(message.getNode(), FieldPath.root("node")),
                ads,
                overAds(resources.hasLdsConfig(), resources.getLdsConfig(), ads, dynamic.field("lds_config")),
                overAds(resources.hasCdsConfig(), resources.getCdsConfig(), ads, dynamic.field("cds_config")),
                message.getAdmin().hasAddress()
                        ? AddressParser.literal(
                                message.getAdmin().getAddress(),
                                FieldPath.root("admin").field("address"))
                        : null);
    }

    private static boolean overAds(boolean present, ConfigSource source, @Nullable Ads ads, FieldPath path) {
        if (present) {
            ConfigSourceParser.ads(true, source, path);
            if (ads == null) {
                throw new InvalidResource(path, "ads: expected dynamic_resources.ads_config to say where that is");
            }
        }
        return present;
    }

    private static Node node(io.envoyproxy.envoy.config.core.v3.Node message, FieldPath path) {
        var place = message.getLocality();
        try {
            return new Node(
                    Scalars.text(message.getId(), path.field("id")),
                    Scalars.text(message.getCluster(), path.field("cluster")),
                    place.getRegion(),
                    place.getZone(),
                    place.getSubZone(),
                    message.hasMetadata()
                            ? JsonFormat.printer()
                                    .omittingInsignificantWhitespace()
                                    .print(message.getMetadata())
                            : "{}");
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidResource(path.field("metadata"), "not an object: " + e.getMessage());
        }
    }
}
