package io.weft.controlplane.serve;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceSet;
import io.weft.controlplane.generate.ResourceType;
import java.util.ArrayList;
import java.util.List;

/** Resources for the tests of the protocol, written as {@code name@version}. */
final class Resources {
    private final List<EncodedResource> all = new ArrayList<>();

    static Resources none() {
        return new Resources();
    }

    Resources with(ResourceType type, String... namesAtVersions) {
        for (String text : namesAtVersions) {
            int at = text.lastIndexOf('@');
            all.add(resource(type, text.substring(0, at), text.substring(at + 1)));
        }
        return this;
    }

    Offer offer() {
        return new Offer(
                ResourceSet.of(all.stream()
                        .filter(r -> r.type() != ResourceType.SECRET)
                        .toList()),
                ResourceSet.of(all.stream()
                        .filter(r -> r.type() == ResourceType.SECRET)
                        .toList()));
    }

    static EncodedResource resource(ResourceType type, String name, String version) {
        Any any = Any.newBuilder()
                .setTypeUrl(type.typeUrl())
                .setValue(ByteString.copyFromUtf8(name + "@" + version))
                .build();
        return new EncodedResource(type, name, version, any);
    }
}
