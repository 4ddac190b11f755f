package io.weft.proxy.route;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.weft.proxy.config.Route;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the upstream sees instead of the client's path. The query stays as it is. A result always begins with a slash,
 * and, because what is inserted is checked when it is made, holds nothing that could end a request line (attack case
 * A21).
 */
public sealed interface PathRewriter {

    /** @param path path and query of a request that the route matched */
    String rewrite(String path);

    /** Leaves the path as it is. */
    record Keep() implements PathRewriter {
        @Override
        public String rewrite(String path) {
            return path;
        }
    }

    /** @param matched how many characters of the path are replaced; -1 for all of it up to the query */
    record ReplacePrefix(int matched, String replacement) implements PathRewriter {
        @Override
        public String rewrite(String path) {
            if (path.isEmpty() || path.charAt(0) != '/') {
                return path; // CONNECT and OPTIONS *
            }
            int end = matched >= 0 ? Math.min(matched, queryStart(path)) : queryStart(path);
            return absolute(replacement.concat(path.substring(end)));
        }
    }

    /** Replaces every match within the path. */
    record ReplaceMatches(Pattern pattern, List<Piece> substitution) implements PathRewriter {
        @Override
        public String rewrite(String path) {
            if (path.isEmpty() || path.charAt(0) != '/') {
                return path;
            }
            int end = queryStart(path);
            String subject = path.substring(0, end);
            Matcher matcher = pattern.matcher(subject);
            StringBuilder to = new StringBuilder(path.length() + 16);
            int from = 0;
            while (matcher.find()) {
                to.append(subject, from, matcher.start());
                for (Piece piece : substitution) {
                    String text = piece.group() < 0 ? piece.text() : matcher.group(piece.group());
                    to.append(text == null ? "" : text);
                }
                from = matcher.end();
            }
            return absolute(to.append(path, from, path.length()).toString());
        }
    }

    /** @param group the group whose text stands here; -1 for {@code text} itself */
    record Piece(int group, String text) {}

    /**
     * @throws IllegalArgumentException if what is to be inserted has control characters, spaces or {@code #}, or names a
     *     group that the expression has not
     */
    static PathRewriter of(Route route) {
        return switch (route.action()) {
            case Route.Forward forward -> of(route, forward.rewrite());
            case Route.Redirect redirect -> {
                safe(route, redirect.host() == null ? "" : redirect.host());
                safe(route, redirect.path() == null ? "" : redirect.path());
                yield redirect.prefix() == null ? new Keep() : prefix(route, redirect.prefix());
            }
            case Route.Respond respond -> new Keep();
        };
    }

    private static PathRewriter of(Route route, Route.@Nullable PathRewrite rewrite) {
        return switch (rewrite) {
            case null -> new Keep();
            case Route.PathRewrite.Prefix(String replacement) -> prefix(route, replacement);
            case Route.PathRewrite.Regex(Pattern pattern, String substitution) ->
                new ReplaceMatches(pattern, pieces(pattern, safe(route, substitution)));
        };
    }

    private static PathRewriter prefix(Route route, String replacement) {
        return new ReplacePrefix(
                switch (route.match().path()) {
                    case Route.Path.Prefix(String prefix) -> prefix.length();
                    case Route.Path.SeparatedPrefix(String prefix) -> prefix.length();
                    case Route.Path.Exact exact -> -1;
                    case Route.Path.Regex regex -> -1;
                },
                safe(route, replacement));
    }

    private static String safe(Route route, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == 0x7f || c == '#') {
                throw new IllegalArgumentException(
                        "route \"" + route.name() + "\": what it puts into a path or host has character " + (int) c
                                + " at " + i + ": expected none that cannot stand there");
            }
        }
        return text;
    }

    /** Reads RE2's substitution: {@code \0} to {@code \9} for groups and {@code \\} for a backslash. */
    private static List<Piece> pieces(Pattern pattern, String substitution) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < substitution.length(); i++) {
            char c = substitution.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char next = ++i < substitution.length() ? substitution.charAt(i) : 0;
            if (next == '\\') {
                text.append(next);
            } else if (next >= '0' && next - '0' <= pattern.groupCount() && next <= '9') {
                pieces.add(new Piece(-1, text.toString()));
                pieces.add(new Piece(next - '0', ""));
                text.setLength(0);
            } else {
                throw new IllegalArgumentException(
                        "substitution \"" + substitution + "\": expected \\\\ or a group from 0 to "
                                + pattern.groupCount() + " after the backslash at " + (i - 1));
            }
        }
        pieces.add(new Piece(-1, text.toString()));
        return List.copyOf(pieces);
    }

    private static int queryStart(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path.length() : query;
    }

    private static String absolute(String path) {
        return path.isEmpty() || path.charAt(0) != '/' ? "/".concat(path) : path;
    }
}
