package io.weft.examples.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;

/** Texts beside these tests, with {@code ${name}} for what is not known before. */
final class Templates {
    private static final String FOLDER = "/interop/";

    private Templates() {}

    static String render(String name, Map<String, String> values) {
        String text;
        try (InputStream in = Objects.requireNonNull(Templates.class.getResourceAsStream(FOLDER + name), name)) {
            text = new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Map.Entry<String, String> value : values.entrySet()) {
            text = text.replace("${" + value.getKey() + "}", value.getValue());
        }
        int left = text.indexOf("${");
        if (left >= 0) {
            throw new IllegalArgumentException(
                    name + ": no value for " + text.substring(left, text.indexOf('}', left) + 1));
        }
        return text;
    }
}
