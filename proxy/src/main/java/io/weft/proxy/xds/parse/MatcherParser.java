package io.weft.proxy.xds.parse;

import com.google.re2j.PatternSyntaxException;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.StringMatch;
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

    static StringMatch string(StringMatcher message, FieldPath path) {
        boolean fold = message.getIgnoreCase();
        return switch (message.getMatchPatternCase()) {
            case EXACT -> new StringMatch.Exact(Scalars.shared(message.getExact()), fold);
            case PREFIX -> new StringMatch.Prefix(notEmpty(message.getPrefix(), path.field("prefix")), fold);
            case SUFFIX -> new StringMatch.Suffix(notEmpty(message.getSuffix(), path.field("suffix")), fold);
            case CONTAINS -> new StringMatch.Contains(notEmpty(message.getContains(), path.field("contains")), fold);
            // Envoy has it the same way: ignore_case does not reach into a regular expression.
            case SAFE_REGEX -> regex(message.getSafeRegex(), path.field("safe_regex"));
            case CUSTOM, MATCHPATTERN_NOT_SET ->
                throw new InvalidResource(path, "expected exact, prefix, suffix, contains or safe_regex");
        };
    }

    static StringMatch.Regex regex(RegexMatcher message, FieldPath path) {
        FieldPath at = path.field("regex");
        String expression = notEmpty(message.getRegex(), at);
        try {
            return StringMatch.Regex.of(expression);
        } catch (PatternSyntaxException e) {
            throw new InvalidResource(at, Quote.of(expression) + ": expected an RE2 expression: " + e.getDescription());
        } catch (IllegalArgumentException e) {
            throw new InvalidResource(at, String.valueOf(e.getMessage()));
        }
    }

    static StringMatch path(PathMatcher message, FieldPath path) {
        if (!message.hasPath()) {
            throw new InvalidResource(path.field("path"), "missing");
        }
        return string(message.getPath(), path.field("path"));
    }

    @SuppressWarnings("deprecation") // the older forms are still what many control planes send
    static Route.HeaderMatch header(HeaderMatcher message, FieldPath path) {
        String name = HeaderChangesParser.name(message.getName(), path.field("name"));
        Route.HeaderMatch.Condition condition = switch (message.getHeaderMatchSpecifierCase()) {
            case EXACT_MATCH -> value(new StringMatch.Exact(message.getExactMatch(), false));
            case PREFIX_MATCH ->
                value(new StringMatch.Prefix(notEmpty(message.getPrefixMatch(), path.field("prefix_match")), false));
            case SUFFIX_MATCH ->
                value(new StringMatch.Suffix(notEmpty(message.getSuffixMatch(), path.field("suffix_match")), false));
            case CONTAINS_MATCH ->
                value(new StringMatch.Contains(
                        notEmpty(message.getContainsMatch(), path.field("contains_match")), false));
            case SAFE_REGEX_MATCH -> value(regex(message.getSafeRegexMatch(), path.field("safe_regex_match")));
            case STRING_MATCH -> value(string(message.getStringMatch(), path.field("string_match")));
            case RANGE_MATCH ->
                new Route.HeaderMatch.Condition.Range(
                        message.getRangeMatch().getStart(),
                        message.getRangeMatch().getEnd());
            case PRESENT_MATCH -> new Route.HeaderMatch.Condition.Present(message.getPresentMatch());
            case HEADERMATCHSPECIFIER_NOT_SET -> new Route.HeaderMatch.Condition.Present(true);
        };
        return new Route.HeaderMatch(
                name.toLowerCase(Locale.ROOT).intern(),
                condition,
                message.getInvertMatch(),
                message.getTreatMissingHeaderAsEmpty());
    }

    static Route.QueryMatch query(QueryParameterMatcher message, FieldPath path) {
        String name = Scalars.name(message.getName(), path.field("name"));
        return new Route.QueryMatch(
                name, message.hasStringMatch() ? string(message.getStringMatch(), path.field("string_match")) : null);
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
