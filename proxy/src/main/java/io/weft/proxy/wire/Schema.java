package io.weft.proxy.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The messages of Envoy's API that the proxy may meet, from a resource that a test holds to the API's own definition. A
 * type is read when it is first asked for: most of the API is never seen by one proxy. Safe for use by several threads.
 */
public final class Schema {

    /** Read once, as the API does not change while the proxy runs. */
    private static final Schema ENVOY = load();

    /**
     * Lines: {@code M name} begins a message and {@code E name} an enum; after the first, one field a line as number, kind,
     * name and options; after the second, one constant a line as number and name.
     */
    private static final String RESOURCE = "envoy.schema";

    private final String text;
    private final Map<String, Integer> places;
    private final Map<String, MessageType> messages = new ConcurrentHashMap<>();
    private final Map<String, Map<Integer, String>> enums = new ConcurrentHashMap<>();

    Schema(String text) {
        this.text = text;
        this.places = new HashMap<>();
        for (int at = 0; at >= 0 && at < text.length(); at = next(text, at)) {
            char kind = text.charAt(at);
            if (kind == 'M' || kind == 'E') {
                places.put(text.substring(at + 2, end(text, at)), at);
            }
        }
    }

    /** Envoy's API, version 3. */
    public static Schema envoy() {
        return ENVOY;
    }

    private static Schema load() {
        try (InputStream in = Schema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not beside " + Schema.class.getName());
            }
            return new Schema(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    /** Null for a type that the schema does not hold. */
    public @Nullable MessageType find(String name) {
        MessageType known = messages.get(name);
        if (known != null) {
            return known;
        }
        Integer place = places.get(name);
        if (place == null || text.charAt(place) != 'M') {
            return null;
        }
        return messages.computeIfAbsent(name, _ -> new MessageType(this, name.intern(), fields(lines(place))));
    }

    /** @throws IllegalArgumentException for a type that the schema does not hold */
    public MessageType message(String name) {
        MessageType found = find(name);
        if (found == null) {
            throw new IllegalArgumentException("no message " + name);
        }
        return found;
    }

    /** The constants of an enum by number, as the API lists them. */
    public Map<Integer, String> constants(String name) {
        return enums.computeIfAbsent(name, _ -> {
            Integer place = places.get(name);
            if (place == null || text.charAt(place) != 'E') {
                throw new IllegalArgumentException("no enum " + name);
            }
            Map<Integer, String> constants = new LinkedHashMap<>();
            for (String line : lines(place)) {
                int space = line.indexOf(' ');
                constants.putIfAbsent(Integer.valueOf(line.substring(0, space)), line.substring(space + 1));
            }
            return Collections.unmodifiableMap(constants);
        });
    }

    private static int end(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private static int next(String text, int from) {
        return end(text, from) + 1;
    }

    /** What stands between one name and the next. */
    private List<String> lines(int place) {
        List<String> lines = new ArrayList<>();
        for (int at = next(text, place); at < text.length() && isNumber(text.charAt(at)); at = next(text, at)) {
            lines.add(text.substring(at, end(text, at)));
        }
        return lines;
    }

    private static boolean isNumber(char first) {
        return Character.isDigit(first) || first == '-';
    }

    private static List<Field> fields(List<String> lines) {
        List<Field> fields = new ArrayList<>(lines.size());
        for (String line : lines) {
            fields.add(field(fields.size(), line.split(" ")));
        }
        return fields;
    }

    /** Names are interned: who asks for a field mostly does so by a literal, which then is the same object. */
    private static Field field(int index, String[] words) {
        Field.Cardinality cardinality = Field.Cardinality.ONE;
        boolean presence = false;
        String oneof = "";
        String type = "";
        for (int i = 3; i < words.length; i++) {
            String option = words[i];
            switch (option.charAt(0)) {
                case '*' -> cardinality = Field.Cardinality.LIST;
                case '%' -> cardinality = Field.Cardinality.MAP;
                case '?' -> presence = true;
                case '|' -> oneof = option.substring(1).intern();
                default -> type = option.intern();
            }
        }
        return new Field(
                index,
                Integer.parseInt(words[0]),
                words[2].intern(),
                jsonName(words[2]).intern(),
                Kind.valueOf(words[1].toUpperCase(Locale.ROOT)),
                cardinality,
                presence,
                oneof,
                type);
    }

    /** Protobuf's rule: an underscore goes, and what follows it is written large. */
    static String jsonName(String name) {
        if (name.indexOf('_') < 0) {
            return name;
        }
        StringBuilder json = new StringBuilder(name.length());
        boolean large = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                large = true;
            } else {
                json.append(large ? Character.toUpperCase(c) : c);
                large = false;
            }
        }
        return json.toString();
    }
}
