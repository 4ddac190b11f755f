package io.weft.proxy.bootstrap;

import com.google.protobuf.Message;

/** Lets tests of other packages write protobuf messages as YAML. */
public final class YamlFixture {

    private YamlFixture() {}

    public static <B extends Message.Builder> B read(String yaml, B builder) {
        return new MessageReader(YamlDocument.parse(yaml, "test")).read(builder);
    }
}
