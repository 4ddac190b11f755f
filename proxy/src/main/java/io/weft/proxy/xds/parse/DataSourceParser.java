package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.Message;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Text that stands in the resource, in a file or in an environment variable; read once, when the resource is. */
final class DataSourceParser {

    static final List<MessageFields> FIELDS = List.of(MessageFields.of("envoy.config.core.v3.DataSource")
            .honours("filename", "inline_bytes", "inline_string", "environment_variable"));

    private DataSourceParser() {}

    static String text(Message message, FieldPath path, Reading reading) {
        return switch (message.which("specifier")) {
            case "inline_string" -> message.text("inline_string");
            case "inline_bytes" -> utf8(message.bytes("inline_bytes"), path.field("inline_bytes"));
            case "filename" -> file(message.text("filename"), path.field("filename"), reading.sources());
            case "environment_variable" -> {
                String value = reading.sources().environment(message.text("environment_variable"));
                if (value == null) {
                    throw new InvalidResource(
                            path.field("environment_variable"),
                            Quote.of(message.text("environment_variable")) + ": not set");
                }
                yield value;
            }
            default ->
                throw new InvalidResource(
                        path, "empty: expected filename, inline_string, inline_bytes or environment_variable");
        };
    }

    private static String file(String name, FieldPath path, DataSources sources) {
        try {
            return sources.text(name);
        } catch (IOException | java.nio.file.InvalidPathException e) {
            String message = String.valueOf(e.getMessage());
            String reason = message.startsWith(name + ": ") ? message.substring(name.length() + 2) : message;
            throw new InvalidResource(path, Quote.of(name) + ": " + Quote.shortened(reason));
        }
    }

    private static String utf8(Bytes bytes, FieldPath path) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.buffer()).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidResource(path, bytes.size() + " bytes: expected UTF-8 text");
        }
    }
}
