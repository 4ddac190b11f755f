package io.weft.proxy.xds.parse;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Text that stands in the resource, in a file or in an environment variable; read once, when the resource is. */
final class DataSourceParser {

    static final List<MessageFields> FIELDS = List.of(MessageFields.of("envoy.config.core.v3.DataSource")
            .honours("filename", "inline_bytes", "inline_string", "environment_variable"));

    private DataSourceParser() {}

    static String text(DataSource message, FieldPath path, Reading reading) {
        return switch (message.getSpecifierCase()) {
            case INLINE_STRING -> message.getInlineString();
            case INLINE_BYTES -> utf8(message.getInlineBytes(), path.field("inline_bytes"));
            case FILENAME -> file(message.getFilename(), path.field("filename"), reading.sources());
            case ENVIRONMENT_VARIABLE -> {
                String value = reading.sources().environment(message.getEnvironmentVariable());
                if (value == null) {
                    throw new InvalidResource(
                            path.field("environment_variable"),
                            Quote.of(message.getEnvironmentVariable()) + ": not set");
                }
                yield value;
            }
            case SPECIFIER_NOT_SET ->
                throw new InvalidResource(
                        path, "empty: expected filename, inline_string, inline_bytes or environment_variable");
        };
    }

    private static String file(String name, FieldPath path, DataSources sources) {
        try {
            return utf8(ByteString.copyFrom(sources.file(name)), path);
        } catch (IOException | java.nio.file.InvalidPathException e) {
            String message = String.valueOf(e.getMessage());
            String reason = message.startsWith(name + ": ") ? message.substring(name.length() + 2) : message;
            throw new InvalidResource(path, Quote.of(name) + ": " + Quote.shortened(reason));
        }
    }

    private static String utf8(ByteString bytes, FieldPath path) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidResource(path, bytes.size() + " bytes: expected UTF-8 text");
        }
    }
}
