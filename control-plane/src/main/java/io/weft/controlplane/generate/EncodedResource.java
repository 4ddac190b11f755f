package io.weft.controlplane.generate;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One resource in the bytes that go over the wire, shared by all proxies that get it.
 *
 * @param version a hash of the content: equal content has an equal version, also after a restart
 * @param named the resource with its name and version, as the incremental variant sends it: made once, and not for every response
 */
public record EncodedResource(ResourceType type, String name, String version, Any any, Resource named) {
    public EncodedResource(ResourceType type, String name, String version, Any any) {
        this(
                type,
                name,
                version,
                any,
                Resource.newBuilder()
                        .setName(name)
                        .setVersion(version)
                        .setResource(any)
                        .build());
    }

    /** Encodes deterministically, so that the version depends on nothing but the content. */
    static EncodedResource of(ResourceType type, String name, Message message) {
        byte[] bytes = Xds.bytes(message);
        return new EncodedResource(type, name, hash(bytes), Xds.any(type.typeUrl(), bytes));
    }

    /** The first 64 bits of SHA-256, in hex. */
    static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    @Override
    public String toString() {
        return type + " " + name + "@" + version;
    }
}
