package io.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A place of the configuration that takes one of several types: the explicit table of those types and their parsers. */
final class ExtensionPoint<R> {

    /**
     * @param type full protobuf name
     * @param name the name that stands for the type where there is no configuration to tell it; empty for none
     */
    record Extension<M extends Message, R>(String type, String name, Class<M> message, Parse<M, ? extends R> parser) {

        static <M extends Message, R> Extension<M, R> of(String type, Class<M> message, Parse<M, ? extends R> parser) {
            return new Extension<>(type, "", message, parser);
        }

        private R read(Any config, FieldPath path, Reading reading) {
            return parser.parse(reading.open(config, message, path), path, reading);
        }

        private R readDefault(FieldPath path, Reading reading) {
            Message prototype = Objects.requireNonNull(SupportedFields.prototype(type), type);
            return parser.parse(message.cast(prototype), path, reading);
        }
    }

    private final Map<String, Extension<?, R>> byType = new LinkedHashMap<>();
    private final Map<String, Extension<?, R>> byName = new LinkedHashMap<>();

    @SafeVarargs
    ExtensionPoint(Extension<?, R>... extensions) {
        for (Extension<?, R> extension : extensions) {
            byType.put(extension.type(), extension);
            if (!extension.name().isEmpty()) {
                byName.put(extension.name(), extension);
            }
        }
    }

    List<String> types() {
        return List.copyOf(byType.keySet());
    }

    /** Reads the extension, or refuses a type that this place does not take. */
    R read(String name, boolean configured, Any config, FieldPath path, Reading reading) {
        FieldPath at = path.field("typed_config");
        if (!configured) {
            Extension<?, R> extension = byName.get(name);
            if (extension == null) {
                throw new InvalidResource(at, "missing for " + Quote.of(name) + ": expected one of " + shortTypes());
            }
            return extension.readDefault(at, reading);
        }
        Extension<?, R> extension = byType.get(SupportedFields.typeName(config.getTypeUrl()));
        if (extension == null) {
            throw new InvalidResource(
                    at, "type " + Quote.of(config.getTypeUrl()) + ": expected one of " + shortTypes());
        }
        return extension.read(config, at, reading);
    }

    /**
     * As {@link #read}, but goes on without an extension of unknown type where the operator asked for that. Only for
     * places where an extension can be left out.
     */
    Optional<R> readIfKnown(String name, boolean configured, Any config, FieldPath path, Reading reading) {
        boolean unknown = configured && SupportedFields.prototype(config.getTypeUrl()) == null;
        return unknown && reading.lenient()
                ? Optional.empty()
                : Optional.of(read(name, configured, config, path, reading));
    }

    private String shortTypes() {
        return String.join(
                ", ",
                byType.keySet().stream()
                        .map(type -> type.substring(type.lastIndexOf('.') + 1))
                        .toList());
    }
}
