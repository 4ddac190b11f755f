package io.weft.proxy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.EnvoyApi;
import io.weft.proxy.wire.MalformedMessage;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.UnsupportedFields;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WireResponsesTest {

    private final WireResponses wire = new WireResponses(ResourceParser.of(new Parsers(UnsupportedFields.rejected())));

    @Test
    @DisplayName("R4: what is refused is named with the field's path")
    void a_field_that_is_not_supported_is_named_by_its_path() {
        Cluster cluster = cluster().toBuilder()
                .setCloseConnectionsOnHostHealthFailure(true)
                .build();
        assertThat(delta(Any.pack(cluster), "web")).isInstanceOfSatisfying(Judged.Rejected.class, rejected -> {
            assertThat(rejected.name()).isEqualTo("web");
            assertThat(rejected.reason())
                    .isEqualTo("clusters[web].close_connections_on_host_health_failure: not supported");
        });
    }

    @Test
    void a_good_resource_is_kept_with_its_bytes() {
        assertThat(delta(Any.pack(cluster()), "web")).isInstanceOfSatisfying(Judged.Accepted.class, accepted -> {
            assertThat(accepted.version()).isEqualTo("7");
            assertThat(accepted.bytes()).isEqualTo(EnvoyApi.bytes(cluster()));
        });
    }

    @Test
    @DisplayName("6.2: the bytes of a secret are not kept for the admin interface")
    void the_bytes_of_a_secret_are_not_kept() {
        Secret.Builder secret = Secret.newBuilder().setName("roots");
        secret.getValidationContextBuilder()
                .setTrustedCa(DataSource.newBuilder().setInlineString(ROOT));
        Event.Response response = (Event.Response) read(DiscoveryResponse.newBuilder()
                .setTypeUrl(ResourceType.SECRETS.url())
                .addResources(Any.pack(secret.build()))
                .build());
        assertThat(response.resources().getFirst())
                .isInstanceOfSatisfying(
                        Judged.Accepted.class,
                        accepted -> assertThat(accepted.bytes()).isEqualTo(Bytes.EMPTY));
    }

    @Test
    void a_resource_of_another_type_is_refused() {
        Any other = Any.pack(Secret.newBuilder().setName("web").build());
        assertThat(delta(other, "web"))
                .isInstanceOfSatisfying(
                        Judged.Rejected.class,
                        rejected -> assertThat(rejected.reason())
                                .startsWith("resources[0]: type URL type.googleapis.com/")
                                .endsWith("expected " + ResourceType.CLUSTERS.url()));
    }

    @Test
    void a_resource_whose_envelope_bears_another_name_is_refused() {
        assertThat(delta(Any.pack(cluster()), "other"))
                .isInstanceOfSatisfying(
                        Judged.Rejected.class,
                        rejected -> assertThat(rejected.reason())
                                .isEqualTo("resources[0]: name web: expected other, as enclosed"));
    }

    @Test
    void bytes_that_are_no_message_have_no_name_in_state_of_the_world() {
        Any broken = Any.newBuilder()
                .setTypeUrl(ResourceType.CLUSTERS.url())
                .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff}))
                .build();
        assertThat(world(broken))
                .isInstanceOfSatisfying(
                        Judged.Rejected.class,
                        rejected -> assertThat(rejected.name()).isEmpty());
    }

    @Test
    @DisplayName("X-05: a resource in an envelope brings its time to live, an empty envelope confirms it")
    void an_envelope_brings_the_time_to_live() {
        Resource.Builder envelope = Resource.newBuilder()
                .setName("web")
                .setVersion("7")
                .setTtl(Duration.newBuilder().setSeconds(9));
        assertThat(world(Any.pack(envelope.build())))
                .isEqualTo(new Judged.Heartbeat("web", "7", java.time.Duration.ofSeconds(9)));

        envelope.setResource(Any.pack(cluster()));
        assertThat(world(Any.pack(envelope.build())))
                .isInstanceOfSatisfying(
                        Judged.Accepted.class,
                        accepted -> assertThat(accepted.ttl()).isEqualTo(java.time.Duration.ofSeconds(9)));
    }

    @Test
    void a_response_of_an_unknown_type_is_no_response() {
        assertThat(read(DeltaDiscoveryResponse.newBuilder()
                        .setTypeUrl("x")
                        .setNonce("n")
                        .build()))
                .isEqualTo(new Event.UnknownType("x", "n"));
    }

    private Event read(DiscoveryResponse response) {
        try {
            return wire.stateOfTheWorld(EnvoyApi.bytes(response), 0);
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    private Event read(DeltaDiscoveryResponse response) {
        try {
            return wire.delta(EnvoyApi.bytes(response), 0);
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    private Judged delta(Any body, String name) {
        DeltaDiscoveryResponse response = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(ResourceType.CLUSTERS.url())
                .addResources(
                        Resource.newBuilder().setName(name).setVersion("7").setResource(body))
                .build();
        return ((Event.Response) read(response)).resources().getFirst();
    }

    private Judged world(Any body) {
        DiscoveryResponse response = DiscoveryResponse.newBuilder()
                .setTypeUrl(ResourceType.CLUSTERS.url())
                .setVersionInfo("1")
                .addResources(body)
                .build();
        return ((Event.Response) read(response)).resources().getFirst();
    }

    private static Cluster cluster() {
        return Cluster.newBuilder()
                .setName("web")
                .setType(Cluster.DiscoveryType.ORIGINAL_DST)
                .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                .build();
    }

    private static final String ROOT = io.weft.certs.authority.Authority.inMemory(
                    io.weft.certs.identity.TrustDomain.DEFAULT, java.time.InstantSource.system())
            .bundle()
            .toPem();
}
