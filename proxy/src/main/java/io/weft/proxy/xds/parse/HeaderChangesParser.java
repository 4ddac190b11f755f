package io.weft.proxy.xds.parse;

import io.weft.proxy.config.HeaderChanges;
import io.weft.proxy.wire.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Headers that routes, virtual hosts and route tables add and remove. */
final class HeaderChangesParser {

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of("envoy.config.core.v3.HeaderValueOption")
                    .honours("header", "append", "append_action")
                    .only("keep_empty_value", "a header with an empty value is not added", "false"),
            MessageFields.of("envoy.config.core.v3.HeaderValue").honours("key", "value"));

    private static final int MAX_NAME = 256;
    private static final int MAX_VALUE = 16 * 1024;

    private HeaderChangesParser() {}

    /** @param kind {@code request} or {@code response} */
    static HeaderChanges changes(List<Message> add, List<String> remove, String kind, FieldPath path) {
        if (add.isEmpty() && remove.isEmpty()) {
            return HeaderChanges.NONE;
        }
        List<HeaderChanges.Set> sets = new ArrayList<>(add.size());
        for (int i = 0; i < add.size(); i++) {
            HeaderChanges.Set set =
                    set(add.get(i), path.field(kind + "_headers_to_add").at(i));
            if (!set.value().isEmpty()) {
                sets.add(set);
            }
        }
        List<String> removes = new ArrayList<>(remove.size());
        for (int i = 0; i < remove.size(); i++) {
            removes.add(changeable(
                    remove.get(i), path.field(kind + "_headers_to_remove").at(i)));
        }
        return new HeaderChanges(sets, removes);
    }

    @SuppressWarnings("deprecation") // append is what older control planes send instead of append_action
    private static HeaderChanges.Set set(Message message, FieldPath path) {
        FieldPath header = path.field("header");
        String name = changeable(message.message("header").text("key"), header.field("key"));
        String value = literal(message.message("header").text("value"), header.field("value"));
        if (message.has("append")) {
            if (message.number("append_action") != 0) {
                throw new InvalidResource(path.field("append"), "expected append or append_action, not both");
            }
            return new HeaderChanges.Set(
                    name,
                    value,
                    message.message("append").flag("value")
                            ? HeaderChanges.How.APPEND_OR_ADD
                            : HeaderChanges.How.OVERWRITE_OR_ADD);
        }
        HeaderChanges.How how = switch (message.choice("append_action")) {
            case "APPEND_IF_EXISTS_OR_ADD" -> HeaderChanges.How.APPEND_OR_ADD;
            case "ADD_IF_ABSENT" -> HeaderChanges.How.ADD_IF_ABSENT;
            case "OVERWRITE_IF_EXISTS_OR_ADD" -> HeaderChanges.How.OVERWRITE_OR_ADD;
            case "OVERWRITE_IF_EXISTS" -> HeaderChanges.How.OVERWRITE_IF_PRESENT;
            default -> throw unknown(path.field("append_action"), message.number("append_action"));
        };
        return new HeaderChanges.Set(name, value, how);
    }

    /** A header that may be changed: framing and the authority have settings of their own. */
    private static String changeable(String name, FieldPath path) {
        String lower = name(name, path).toLowerCase(Locale.ROOT);
        if (lower.startsWith(":")
                || lower.equals("host")
                || lower.equals("content-length")
                || lower.equals("transfer-encoding")) {
            throw new InvalidResource(path, Quote.of(name) + ": expected a header that may be changed");
        }
        return lower.intern();
    }

    /** A header's name (RFC 9110 section 5.1), or a pseudo-header's. */
    static String name(String name, FieldPath path) {
        String token = name.startsWith(":") ? name.substring(1) : name;
        if (token.isEmpty() || name.length() > MAX_NAME || !token.chars().allMatch(HeaderChangesParser::isToken)) {
            throw new InvalidResource(path, Quote.of(name) + ": expected a header name");
        }
        return name;
    }

    private static boolean isToken(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /** Literal text, {@code %%} for a percent sign. */
    private static String literal(String value, FieldPath path) {
        if (value.length() > MAX_VALUE) {
            throw new InvalidResource(path, value.length() + " characters: expected at most " + MAX_VALUE);
        }
        if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new InvalidResource(path, Quote.of(value) + ": expected no CR, LF or NUL");
        }
        if (value.replace("%%", "").indexOf('%') >= 0) {
            throw new InvalidResource(
                    path,
                    Quote.of(value) + ": substitution operators are not supported: expected %% for a percent sign");
        }
        return Scalars.shared(value.replace("%%", "%"));
    }

    static InvalidResource unknown(FieldPath path, int number) {
        return new InvalidResource(path, "value " + number + " is unknown");
    }
}
