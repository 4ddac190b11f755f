package io.weft.proxy.xds.parse;

import io.weft.proxy.config.FilterChain.NetworkFilter.NetworkRbac;
import io.weft.proxy.config.HttpFilter.HttpRbac;
import io.weft.proxy.wire.Message;
import java.util.List;

/** The two filters that enforce RBAC rules. */
final class RbacFilterParser {

    static final String NETWORK = "envoy.extensions.filters.network.rbac.v3.RBAC";
    static final String HTTP = "envoy.extensions.filters.http.rbac.v3.RBAC";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(NETWORK)
                    .decidesPolicy()
                    .honours("stat_prefix", "rules", "shadow_rules")
                    .accepts("shadow_rules_stat_prefix", "statistics are named after the filter")
                    .only("enforcement_type", "a connection is judged once", "ONE_TIME_ON_FIRST_BYTE"),
            MessageFields.typed(HTTP)
                    .decidesPolicy()
                    .honours("rules", "shadow_rules")
                    .accepts("rules_stat_prefix", "statistics are named after the filter")
                    .accepts("shadow_rules_stat_prefix", "statistics are named after the filter")
                    .accepts("track_per_rule_stats", "adds statistics only"));

    private RbacFilterParser() {}

    static NetworkRbac network(Message message, FieldPath path, Reading reading) {
        return new NetworkRbac(
                Scalars.name(message.text("stat_prefix"), path.field("stat_prefix")),
                message.has("rules") ? RbacParser.rules(message.message("rules"), path.field("rules")) : null,
                message.has("shadow_rules")
                        ? RbacParser.rules(message.message("shadow_rules"), path.field("shadow_rules"))
                        : null);
    }

    /** @param name of the filter in its list */
    static HttpRbac http(String name, Message message, FieldPath path) {
        return new HttpRbac(
                name,
                message.has("rules") ? RbacParser.rules(message.message("rules"), path.field("rules")) : null,
                message.has("shadow_rules")
                        ? RbacParser.rules(message.message("shadow_rules"), path.field("shadow_rules"))
                        : null);
    }
}
