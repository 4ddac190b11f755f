package io.weft.controlplane.generate;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UnsafeByteOperations;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.weft.controlplane.model.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The values that all generated resources are made of. */
final class Xds {
    private Xds() {}

    /** Maps are written in the order of their keys: equal messages give equal bytes. */
    static byte[] bytes(Message message) {
        byte[] bytes = new byte[message.getSerializedSize()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.useDeterministicSerialization();
        try {
            message.writeTo(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException("encoding into memory", impossible);
        }
        return bytes;
    }

    static Any any(Message message) {
        return any("type.googleapis.com/" + message.getDescriptorForType().getFullName(), bytes(message));
    }

    static Any any(String typeUrl, byte[] bytes) {
        return Any.newBuilder()
                .setTypeUrl(typeUrl)
                .setValue(UnsafeByteOperations.unsafeWrap(bytes))
                .build();
    }

    static ConfigSource ads() {
        return ConfigSource.newBuilder()
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .setResourceApiVersion(ApiVersion.V3)
                .build();
    }

    static Address address(String ip, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(ip).setPortValue(port))
                .build();
    }

    static CidrRange cidr(IpAddress address, int prefixLength) {
        return CidrRange.newBuilder()
                .setAddressPrefix(address.text())
                .setPrefixLen(uint32(prefixLength))
                .build();
    }

    static CidrRange only(IpAddress address) {
        return cidr(address, address.bits());
    }

    static Duration seconds(int seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    /** @param value taken as unsigned: -1 is the largest */
    static UInt32Value uint32(int value) {
        return UInt32Value.of(value);
    }

    static BoolValue yes() {
        return BoolValue.of(true);
    }
}
