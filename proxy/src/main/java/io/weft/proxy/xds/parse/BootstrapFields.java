package io.weft.proxy.xds.parse;

import java.util.List;

/** Fields of the bootstrap file around the resources in it. */
final class BootstrapFields {

    private static final String TYPE = "envoy.config.bootstrap.v3.Bootstrap";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(TYPE)
                    .honours("node", "static_resources", "dynamic_resources", "admin")
                    .accepts("stats_flush_interval", "there are no sinks that statistics are flushed to"),
            MessageFields.of(TYPE + ".StaticResources").honours("listeners", "clusters", "secrets"),
            MessageFields.of(TYPE + ".DynamicResources").honours("lds_config", "cds_config", "ads_config"),
            MessageFields.of("envoy.config.bootstrap.v3.Admin")
                    .honours("address")
                    .accepts("access_log", "admin requests are not logged")
                    .accepts("access_log_path", "admin requests are not logged")
                    .accepts("profile_path", "there is no CPU profiler")
                    .accepts("ignore_global_conn_limit", "there is no such limit"),
            MessageFields.of("envoy.config.core.v3.Node")
                    .honours("id", "cluster", "metadata", "locality")
                    .accepts("user_agent_name", "the proxy says what it is itself")
                    .accepts("user_agent_version", "the proxy says what it is itself"));

    private BootstrapFields() {}
}
