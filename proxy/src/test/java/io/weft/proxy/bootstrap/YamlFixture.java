package io.weft.proxy.bootstrap;

import io.weft.proxy.wire.Message;

/** Lets tests of other packages write messages of Envoy's API as YAML. */
public final class YamlFixture {

    private YamlFixture() {}

    /** @param type full protobuf name */
    public static Message read(String yaml, String type) {
        return MessageReader.read(new YamlText(yaml, "test"), type);
    }
}
