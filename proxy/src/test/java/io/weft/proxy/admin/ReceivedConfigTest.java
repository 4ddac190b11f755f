package io.weft.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.EnvoyApi;
import io.weft.proxy.wire.Json;
import io.weft.proxy.xds.ReceivedResource;
import io.weft.proxy.xds.ReceivedResource.Status;
import io.weft.proxy.xds.ResourceType;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReceivedConfigTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private static ReceivedResource resource(
            ResourceType type, String name, @Nullable Message body, ReceivedResource.@Nullable Failure failure) {
        return new ReceivedResource(
                type,
                name,
                "v1",
                NOW,
                failure == null ? Status.ACKED : Status.NACKED,
                body == null ? Bytes.EMPTY : EnvoyApi.bytes(body),
                failure);
    }

    private static String dump(boolean withEndpoints, ReceivedResource... resources) {
        return Json.text(new ReceivedConfig(() -> List.of(resources)).sections(withEndpoints))
                .replaceAll("\\s+", "");
    }

    @Test
    void resources_are_shown_in_envoys_messages_with_what_is_packed_in_them() {
        Listener listener = Listener.newBuilder()
                .setName("web")
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.tcp_proxy")
                                .setTypedConfig(Any.pack(TcpProxy.newBuilder()
                                        .setStatPrefix("web")
                                        .setCluster("c")
                                        .build()))))
                .build();

        assertThat(dump(
                        false,
                        resource(ResourceType.LISTENERS, "web", listener, null),
                        resource(
                                ResourceType.CLUSTERS,
                                "c",
                                Cluster.newBuilder().setName("c").build(),
                                new ReceivedResource.Failure("v2", "clusters[c].lb_policy: not supported", NOW))))
                .contains("\"@type\":\"type.googleapis.com/envoy.admin.v3.ListenersConfigDump\",\"dynamic_listeners\"")
                .contains("\"active_state\":{\"version_info\":\"v1\",\"listener\":{\"@type\":\"type.googleapis.com/"
                        + "envoy.config.listener.v3.Listener\",\"name\":\"web\"")
                .contains("\"stat_prefix\":\"web\"")
                .contains("\"error_state\":{\"last_update_attempt\":\"2026-11-24T10:00:00Z\","
                        + "\"details\":\"clusters[c].lb_policy:notsupported\",\"version_info\":\"v2\"")
                .contains("\"client_status\":\"NACKED\"")
                .doesNotContain("EndpointsConfigDump");
    }

    @Test
    void of_a_secret_only_the_name_is_shown() {
        assertThat(dump(
                        true,
                        resource(
                                ResourceType.SECRETS,
                                "default",
                                Cluster.newBuilder().setName("x").build(),
                                null)))
                .contains("\"dynamic_active_secrets\":[{\"name\":\"default\",\"version_info\":\"v1\"")
                .contains("EndpointsConfigDump")
                .doesNotContain("\"x\"");
    }
}
