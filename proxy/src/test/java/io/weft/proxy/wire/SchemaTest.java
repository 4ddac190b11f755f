package io.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds the schema to the definition of Envoy's API; {@code -Dweft.docs.rewrite=true} writes it anew. */
class SchemaTest {

    private static final Path RESOURCE = Path.of("src/main/resources/io/weft/proxy/wire/envoy.schema");

    /** What the proxy reads and writes; all they refer to follows. */
    private static final List<Descriptor> ROOTS = EnvoyApi.ROOTS;

    /** Istio's, which has no Java classes; that it is right is shown by the calls of the real service's client. */
    private static final String CERTIFICATE_SERVICE = """
            M istio.v1.auth.IstioCertificateRequest
            1 string csr
            3 int64 validity_duration
            4 message metadata google.protobuf.Struct ?
            M istio.v1.auth.IstioCertificateResponse
            1 string cert_chain *
            """;

    private final Map<String, Descriptor> messages = new TreeMap<>();
    private final Map<String, EnumDescriptor> enums = new TreeMap<>();

    @Test
    void the_schema_says_what_envoys_api_says() throws IOException {
        ROOTS.forEach(this::collect);
        StringBuilder text = new StringBuilder();
        messages.values().forEach(message -> describe(message, text));
        enums.values().forEach(constants -> describe(constants, text));
        text.append(CERTIFICATE_SERVICE);
        if (Boolean.getBoolean("weft.docs.rewrite")) {
            Files.writeString(RESOURCE, text);
        }
        assertThat(Files.readString(RESOURCE, StandardCharsets.US_ASCII)).isEqualTo(text.toString());
    }

    private void collect(Descriptor message) {
        if (messages.putIfAbsent(message.getFullName(), message) != null) {
            return;
        }
        for (FieldDescriptor field : message.getFields()) {
            FieldDescriptor value = value(field);
            if (value.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                collect(value.getMessageType());
            } else if (value.getJavaType() == FieldDescriptor.JavaType.ENUM) {
                enums.put(value.getEnumType().getFullName(), value.getEnumType());
            }
        }
    }

    private static FieldDescriptor value(FieldDescriptor field) {
        return field.isMapField() ? field.getMessageType().findFieldByNumber(2) : field;
    }

    private static void describe(Descriptor message, StringBuilder text) {
        text.append("M ").append(message.getFullName()).append('\n');
        message.getFields().stream()
                .sorted(java.util.Comparator.comparingInt(FieldDescriptor::getNumber))
                .forEach(field -> describe(field, text));
    }

    private static void describe(FieldDescriptor field, StringBuilder text) {
        FieldDescriptor value = value(field);
        String kind = value.getType() == FieldDescriptor.Type.MESSAGE
                ? "MESSAGE"
                : value.getType().name();
        text.append(field.getNumber())
                .append(' ')
                .append(kind.toLowerCase(Locale.ROOT))
                .append(' ')
                .append(field.getName());
        if (value.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            text.append(' ').append(value.getMessageType().getFullName());
        } else if (value.getJavaType() == FieldDescriptor.JavaType.ENUM) {
            text.append(' ').append(value.getEnumType().getFullName());
        }
        if (field.isMapField()) {
            text.append(" %");
        } else if (field.isRepeated()) {
            text.append(" *");
        } else if (field.hasPresence()) {
            text.append(" ?");
        }
        if (field.getRealContainingOneof() != null) {
            text.append(" |").append(field.getRealContainingOneof().getName());
        }
        text.append('\n');
    }

    private static void describe(EnumDescriptor constants, StringBuilder text) {
        text.append("E ").append(constants.getFullName()).append('\n');
        constants
                .getValues()
                .forEach(constant -> text.append(constant.getNumber())
                        .append(' ')
                        .append(constant.getName())
                        .append('\n'));
    }
}
