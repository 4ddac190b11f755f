package io.weft.proxy.xds.parse;

import com.google.re2j.PatternSyntaxException;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.wire.Message;
import java.util.List;
import java.util.Locale;

/** Conditions on strings, headers, query parameters and paths. */
final class MatcherParser {

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of("envoy.type.matcher.v3.StringMatcher")
                    .decidesPolicy()
                    .honours("exact", "prefix", "suffix", "safe_regex", "contains", "ignore_case"),
            MessageFields.of("envoy.type.matcher.v3.RegexMatcher")
                    .decidesPolicy()
                    .honours("regex")
                    .accepts("google_re2", "the engine is always RE2's, with bounds of its own"),
            MessageFields.of("envoy.type.matcher.v3.RegexMatchAndSubstitute").honours("pattern", "substitution"),
            MessageFields.of("envoy.type.matcher.v3.PathMatcher")
                    .decidesPolicy()
                    .honours("path"),
            MessageFields.of("envoy.config.route.v3.HeaderMatcher")
                    .decidesPolicy()
                    .honours(
                            "name",
                            "exact_match",
                            "safe_regex_match",
                            "range_match",
                            "present_match",
                            "prefix_match",
                            "suffix_match",
                            "contains_match",
                            "string_match",
                            "invert_match",
                            "treat_missing_header_as_empty"),
            MessageFields.of("envoy.type.v3.Int64Range").decidesPolicy().honours("start", "end"),
            MessageFields.of("envoy.config.route.v3.QueryParameterMatcher")
                    .honours("name", "string_match")
                    .only("present_match", "absence cannot be asked for", "true"));

    private MatcherParser() {}

    static StringMatch string(Message message, FieldPath path) {
        boolean fold = message.flag("ignore_case");
        return switch (message.which("match_pattern")) {
            case "exact" -> new StringMatch.Exact(Scalars.shared(message.text("exact")), fold);
            case "prefix" -> new StringMatch.Prefix(notEmpty(message.text("prefix"), path.field("prefix")), fold);
            case "suffix" -> new StringMatch.Suffix(notEmpty(message.text("suffix"), path.field("suffix")), fold);
            case "contains" ->
                new StringMatch.Contains(notEmpty(message.text("contains"), path.field("contains")), fold);
            // Envoy has it the same way: ignore_case does not reach into a regular expression.
            case "safe_regex" -> regex(message.message("safe_regex"), path.field("safe_regex"));
            default -> throw new InvalidResource(path, "expected exact, prefix, suffix, contains or safe_regex");
        };
    }

    static StringMatch.Regex regex(Message message, FieldPath path) {
        FieldPath at = path.field("regex");
        String expression = notEmpty(message.text("regex"), at);
        try {
            return StringMatch.Regex.of(expression);
        } catch (PatternSyntaxException e) {
            throw new InvalidResource(at, Quote.of(expression) + ": expected an RE2 expression: " + e.getDescription());
        } catch (IllegalArgumentException e) {
            throw new InvalidResource(at, String.valueOf(e.getMessage()));
        }
    }

    static StringMatch path(Message message, FieldPath path) {
        if (!message.has("path")) {
            throw new InvalidResource(path.field("path"), "missing");
        }
        return string(message.message("path"), path.field("path"));
    }

    @SuppressWarnings("deprecation") // the older forms are still what many control planes send
    static Route.HeaderMatch header(Message message, FieldPath path) {
        String name = HeaderChangesParser.name(message.text("name"), path.field("name"));
        Route.HeaderMatch.Condition condition = switch (message.which("header_match_specifier")) {
            case "exact_match" -> value(new StringMatch.Exact(message.text("exact_match"), false));
            case "prefix_match" ->
                value(new StringMatch.Prefix(
                        notEmpty(message.text("prefix_match"), path.field("prefix_match")), false));
            case "suffix_match" ->
                value(new StringMatch.Suffix(
                        notEmpty(message.text("suffix_match"), path.field("suffix_match")), false));
            case "contains_match" ->
                value(new StringMatch.Contains(
                        notEmpty(message.text("contains_match"), path.field("contains_match")), false));
            case "safe_regex_match" ->
                value(regex(message.message("safe_regex_match"), path.field("safe_regex_match")));
            case "string_match" -> value(string(message.message("string_match"), path.field("string_match")));
            case "range_match" ->
                new Route.HeaderMatch.Condition.Range(
                        message.message("range_match").wide("start"),
                        message.message("range_match").wide("end"));
            case "present_match" -> new Route.HeaderMatch.Condition.Present(message.flag("present_match"));
            case "" -> new Route.HeaderMatch.Condition.Present(true);
            default -> throw Scalars.notSupported(message, "header_match_specifier", path);
        };
        return new Route.HeaderMatch(
                name.toLowerCase(Locale.ROOT).intern(),
                condition,
                message.flag("invert_match"),
                message.flag("treat_missing_header_as_empty"));
    }

    static Route.QueryMatch query(Message message, FieldPath path) {
        String name = Scalars.name(message.text("name"), path.field("name"));
        return new Route.QueryMatch(
                name,
                message.has("string_match")
                        ? string(message.message("string_match"), path.field("string_match"))
                        : null);
    }

    private static Route.HeaderMatch.Condition value(StringMatch match) {
        return new Route.HeaderMatch.Condition.Value(match);
    }

    /** An empty prefix matches everything, which nobody means to write. */
    private static String notEmpty(String text, FieldPath path) {
        if (text.isEmpty()) {
            throw new InvalidResource(path, "empty: expected at least one character");
        }
        return Scalars.shared(text);
    }
}
