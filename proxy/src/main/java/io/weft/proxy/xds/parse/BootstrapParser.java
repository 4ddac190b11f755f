package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap.Ads;
import io.weft.proxy.config.Bootstrap.Node;
import io.weft.proxy.wire.Json;
import io.weft.proxy.wire.Message;
import io.weft.proxy.wire.PlainMessage;
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

    static Frame frame(Message message, FieldPath path, Reading reading) {
        FieldPath dynamic = FieldPath.root("dynamic_resources");
        var resources = message.message("dynamic_resources");
        Ads ads = null;
        if (resources.has("ads_config")) {
            String cluster =
                    ConfigSourceParser.grpcCluster(resources.message("ads_config"), dynamic.field("ads_config"));
            ads = new Ads(
                    cluster, resources.message("ads_config").choice("api_type").equals("DELTA_GRPC"));
        }
        return new Frame(
                node(message.message("node"), FieldPath.root("node")),
                ads,
                overAds(resources.has("lds_config"), resources.message("lds_config"), ads, dynamic.field("lds_config")),
                overAds(resources.has("cds_config"), resources.message("cds_config"), ads, dynamic.field("cds_config")),
                message.message("admin").has("address")
                        ? AddressParser.literal(
                                message.message("admin").message("address"),
                                FieldPath.root("admin").field("address"))
                        : null);
    }

    private static boolean overAds(boolean present, Message source, @Nullable Ads ads, FieldPath path) {
        if (present) {
            ConfigSourceParser.ads(true, source, path);
            if (ads == null) {
                throw new InvalidResource(path, "ads: expected dynamic_resources.ads_config to say where that is");
            }
        }
        return present;
    }

    private static Node node(Message message, FieldPath path) {
        var place = message.message("locality");
        return new Node(
                Scalars.text(message.text("id"), path.field("id")),
                Scalars.text(message.text("cluster"), path.field("cluster")),
                place.text("region"),
                place.text("zone"),
                place.text("sub_zone"),
                message.has("metadata") ? Json.line(PlainMessage.of(message.message("metadata"))) : "{}");
    }
}
