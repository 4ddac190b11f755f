package io.weft.proxy.xds.parse;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.weft.proxy.wire.EnvoyApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SupportedFieldsTest {

    private static final Path PAGE = Path.of("../docs/compatibility-xds.md");
    private static final String START = "<!-- generated -->\n";

    /** {@code -Dweft.docs.rewrite=true} brings the page up to date. */
    @Test
    void the_page_in_docs_says_what_the_table_says() throws IOException {
        String page = Files.readString(PAGE);
        String current = page.substring(0, page.indexOf(START) + START.length()) + "\n"
                + SupportedFields.describe().stripTrailing() + "\n";
        if (Boolean.getBoolean("weft.docs.rewrite")) {
            Files.writeString(PAGE, current);
        }
        assertThat(Files.readString(PAGE))
                .describedAs("docs/compatibility-xds.md is out of date: run this test with -Dweft.docs.rewrite=true")
                .isEqualTo(current);
    }

    @Test
    void every_field_of_the_table_exists_in_envoys_api() {
        Map<String, Descriptor> types = reachable();
        for (MessageFields message : SupportedFields.all()) {
            Descriptor type = requireNonNull(types.get(message.type()), message.type());
            assertThat(message.fields().keySet())
                    .describedAs(message.type())
                    .allSatisfy(field -> assertThat(type.findFieldByName(field))
                            .describedAs(field)
                            .isNotNull());
        }
    }

    @Test
    void a_message_that_is_honoured_somewhere_has_a_table_of_its_own() {
        Map<String, Descriptor> types = reachable();
        for (MessageFields message : SupportedFields.all()) {
            message.fields().forEach((name, support) -> {
                FieldDescriptor field = requireNonNull(types.get(message.type()), message.type())
                        .findFieldByName(name);
                if (support instanceof MessageFields.Support.Honoured
                        && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        && !field.isMapField()) {
                    Descriptor inner = field.getMessageType();
                    assertThat(inner.getFullName().startsWith("google.protobuf.")
                                    || inner.getFields().isEmpty()
                                    || SupportedFields.all().stream()
                                            .anyMatch(known -> known.type().equals(inner.getFullName())))
                            .describedAs(message.type() + "." + name)
                            .isTrue();
                }
            });
        }
    }

    /** All messages of the API that can stand anywhere in a bootstrap file, through the types of our own table. */
    private static Map<String, Descriptor> reachable() {
        Map<String, Descriptor> found = new HashMap<>();
        Deque<Descriptor> todo = new ArrayDeque<>();
        todo.addAll(EnvoyApi.ROOTS);
        while (!todo.isEmpty()) {
            Descriptor type = todo.poll();
            if (found.putIfAbsent(type.getFullName(), type) == null) {
                type.getFields().stream()
                        .filter(field -> field.getJavaType() == FieldDescriptor.JavaType.MESSAGE)
                        .forEach(field -> todo.add(field.getMessageType()));
            }
        }
        return found;
    }
}
