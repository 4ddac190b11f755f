package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A place of the configuration that takes one of several types: the explicit table of those types and their parsers. */
final class ExtensionPoint<R> {

    /**
     * @param type full protobuf name
     * @param name the name that stands for the type where there is no configuration to tell it; empty for none
     */
    record Extension<R>(String type, String name, Parse<? extends R> parser) {

        static <R> Extension<R> of(String type, Parse<? extends R> parser) {
            return new Extension<>(type, "", parser);
        }

        private R read(Message config, FieldPath path, Reading reading) {
            return parser.parse(reading.open(config, type, path), path, reading);
        }

        private R readDefault(FieldPath path, Reading reading) {
            return parser.parse(Message.empty(type), path, reading);
        }
    }

    private final Map<String, Extension<R>> byType = new LinkedHashMap<>();
    private final Map<String, Extension<R>> byName = new LinkedHashMap<>();

    @SafeVarargs
    ExtensionPoint(Extension<R>... extensions) {
        for (Extension<R> extension : extensions) {
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
    R read(String name, boolean configured, Message config, FieldPath path, Reading reading) {
        FieldPath at = path.field("typed_config");
        if (!configured) {
            Extension<R> extension = byName.get(name);
            if (extension == null) {
                throw new InvalidResource(at, "missing for " + Quote.of(name) + ": expected one of " + shortTypes());
            }
            return extension.readDefault(at, reading);
        }
        Extension<R> extension = byType.get(SupportedFields.typeName(config.text("type_url")));
        if (extension == null) {
            throw new InvalidResource(
                    at, "type " + Quote.of(config.text("type_url")) + ": expected one of " + shortTypes());
        }
        return extension.read(config, at, reading);
    }

    /**
     * As {@link #read}, but goes on without an extension of unknown type where the operator asked for that. Only for
     * places where an extension can be left out.
     */
    Optional<R> readIfKnown(String name, boolean configured, Message config, FieldPath path, Reading reading) {
        boolean unknown = configured && SupportedFields.packable(config.text("type_url")) == null;
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
