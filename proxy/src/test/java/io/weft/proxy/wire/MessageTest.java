package io.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Struct;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.type.v3.Int64Range;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Against protobuf's own implementation, which the proxy itself does without. */
class MessageTest {

    private static final String CLUSTER = "envoy.config.cluster.v3.Cluster";

    private static Cluster cluster() {
        return Cluster.newBuilder()
                .setName("größe")
                .setType(Cluster.DiscoveryType.EDS)
                .setConnectTimeout(Duration.newBuilder().setSeconds(1).setNanos(123_456_789))
                .setPerConnectionBufferLimitBytes(UInt32Value.of(-1))
                .putTypedExtensionProtocolOptions(
                        "tcp",
                        Any.pack(TcpProxy.newBuilder()
                                .setStatPrefix("s")
                                .setIdleTimeout(Duration.newBuilder().setSeconds(3600))
                                .build()))
                .build();
    }

    @Test
    void a_message_is_read_as_protobuf_wrote_it() {
        Message read = EnvoyApi.message(cluster());
        assertThat(read.text("name")).isEqualTo("größe");
        assertThat(read.choice("type")).isEqualTo("EDS");
        assertThat(read.message("connect_timeout").number("nanos")).isEqualTo(123_456_789);
        assertThat(read.message("per_connection_buffer_limit_bytes").number("value"))
                .isEqualTo(-1);
        assertThat(read.entries("typed_extension_protocol_options"))
                .hasEntrySatisfying(
                        "tcp", any -> assertThat(any.text("type_url")).endsWith("TcpProxy"));
        assertThat(read.has("load_assignment")).isFalse();
        assertThat(read.message("load_assignment").text("cluster_name")).isEmpty();
        assertThat(read.which("cluster_discovery_type")).isEqualTo("type");
    }

    @Test
    void what_is_written_is_what_protobuf_reads() throws Exception {
        assertThat(Cluster.parseFrom(EnvoyApi.message(cluster()).toBytes().toArray()))
                .isEqualTo(cluster());
        Node node = Node.newBuilder()
                .setId("n")
                .setMetadata(Struct.newBuilder()
                        .putFields("a", Value.newBuilder().setNumberValue(-1.5).build())
                        .putFields("b", Value.newBuilder().setBoolValue(false).build()))
                .build();
        DeltaDiscoveryRequest request = DeltaDiscoveryRequest.newBuilder()
                .setNode(node)
                .addAllResourceNamesSubscribe(List.of("", "x"))
                .putInitialResourceVersions("r", "")
                .build();
        assertThat(DeltaDiscoveryRequest.parseFrom(
                        EnvoyApi.message(request).toBytes().toArray()))
                .isEqualTo(request);
    }

    @Test
    void negative_numbers_of_every_width_survive() throws Exception {
        HeaderMatcher matcher = HeaderMatcher.newBuilder()
                .setRangeMatch(Int64Range.newBuilder().setStart(Long.MIN_VALUE).setEnd(-1))
                .build();
        Message read = EnvoyApi.message(matcher);
        assertThat(read.message("range_match").wide("start")).isEqualTo(Long.MIN_VALUE);
        assertThat(HeaderMatcher.parseFrom(read.toBytes().toArray())).isEqualTo(matcher);
    }

    @Test
    void a_message_that_comes_in_two_parts_is_joined() {
        byte[] first = cluster().toByteArray();
        byte[] second = Cluster.newBuilder()
                .setName("later")
                .setConnectTimeout(Duration.newBuilder().setSeconds(7))
                .build()
                .toByteArray();
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        Message read = read(both);
        assertThat(read.text("name")).isEqualTo("later");
        assertThat(read.message("connect_timeout").wide("seconds")).isEqualTo(7);
        assertThat(read.message("connect_timeout").number("nanos")).isEqualTo(123_456_789);
    }

    @Test
    void of_a_group_of_choices_the_last_one_stays() {
        byte[] any = Permission.newBuilder().setAny(true).build().toByteArray();
        byte[] port = Permission.newBuilder().setDestinationPort(0).build().toByteArray();
        byte[] both = Arrays.copyOf(any, any.length + port.length);
        System.arraycopy(port, 0, both, any.length, port.length);
        Message read;
        try {
            read = Message.read("envoy.config.rbac.v3.Permission", Bytes.of(both));
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
        assertThat(read.which("rule")).isEqualTo("destination_port");
        assertThat(read.has("any")).isFalse();
    }

    @Test
    void unknown_fields_are_named_by_their_numbers() {
        byte[] unknown = {(byte) 0xC0, (byte) 0xBB, 0x01, 0x05}; // field 3000, a varint
        assertThat(read(unknown).unknown()).containsExactly(3000);
    }

    @Test
    @DisplayName("H6: bytes that were cut or changed are refused or read, and nothing else happens")
    void broken_bytes_are_refused() {
        byte[] good = RouteConfiguration.newBuilder()
                .setName("r")
                .addVirtualHosts(VirtualHost.newBuilder().setName("v").addDomains("*"))
                .build()
                .toByteArray();
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 1));
            for (int flip = random.nextInt(4); flip > 0 && bad.length > 0; flip--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                Message.read("envoy.config.route.v3.RouteConfiguration", Bytes.of(bad));
            } catch (MalformedMessage e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1000, 19_000);
    }

    @Test
    void text_that_is_not_utf8_is_refused() {
        byte[] bad = {0x0A, 0x02, (byte) 0xC3, 0x28};
        assertThatThrownBy(() -> Message.read(CLUSTER, Bytes.of(bad)))
                .isInstanceOf(MalformedMessage.class)
                .hasMessage("a text that is not UTF-8");
        assertThat(read("\n\u0003\uFFFD".getBytes(StandardCharsets.UTF_8)).text("name"))
                .isEqualTo("\uFFFD");
    }

    @Test
    void json_is_that_of_protobufs_mapping() throws Exception {
        String expected = JsonFormat.printer()
                .preservingProtoFieldNames()
                .omittingInsignificantWhitespace()
                .usingTypeRegistry(
                        TypeRegistry.newBuilder().add(TcpProxy.getDescriptor()).build())
                .print(cluster());
        assertThat(Json.line(PlainMessage.of(EnvoyApi.message(cluster())))).isEqualTo(expected);
    }

    @Test
    void a_field_that_the_type_does_not_have_is_an_error_of_the_caller() {
        assertThatThrownBy(() -> Message.empty(CLUSTER).text("nmae"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no field nmae in " + CLUSTER);
    }

    private static Message read(byte[] bytes) {
        try {
            return Message.read(CLUSTER, Bytes.of(bytes));
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }
}
