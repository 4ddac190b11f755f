package io.weft.proxy.route;

import io.weft.proxy.config.HttpConnectionManager.PathRules;
import io.weft.proxy.config.HttpConnectionManager.PathRules.EscapedSlashes;
import java.util.Arrays;

/**
 * Makes the path of a request canonical before anything is decided by it; the canonical path is the one forwarded
 * (RFC 3986 section 6.2.2, as Envoy reads it). Normalizing twice gives the same as normalizing once.
 *
 * <p>With {@code normalize}: dot segments are resolved, also when written as {@code %2e}; percent-encoded unreserved
 * characters are decoded, once; {@code \} is a slash; {@code %00} is refused. All other encodings stay as they came,
 * letter case included. A percent sign that begins no encoding stays too, and no decoding is done that would complete
 * one after it ({@code %2%46} would become {@code %2F}). The query is never touched. Bytes above 0x7f stay as they are.
 *
 * <p>Always refused: a fragment, which does not belong into a request (attack case B7), and control characters and
 * spaces, which the validator should have refused already. {@code ;} is an ordinary character here, but some servers cut
 * path parameters off before they look at the path; so that {@code /admin;x=y/action} cannot pass a rule for
 * {@code /admin/}, {@code refuseParameters} refuses it (attack case E4). The connection manager asks for that when one
 * of its policies reads the path.
 */
public final class PathNormalizer {
    private static final byte PLAIN = 0;
    private static final byte LOOK = 1;
    private static final byte REFUSED = 2;

    private final boolean normalize;
    private final boolean merge;
    private final EscapedSlashes escaped;
    private final byte[] kinds = new byte[256];

    public PathNormalizer(PathRules rules, boolean refuseParameters) {
        normalize = rules.normalize();
        merge = rules.mergeSlashes();
        escaped = rules.escapedSlashes();
        Arrays.fill(kinds, 0, 0x21, REFUSED);
        kinds[0x7f] = REFUSED;
        kinds['#'] = REFUSED;
        kinds['?'] = LOOK;
        if (refuseParameters) {
            kinds[';'] = REFUSED;
        }
        if (normalize) {
            kinds['\\'] = LOOK;
        }
        if (normalize || merge) {
            kinds['/'] = LOOK;
        }
        if (normalize || escaped != EscapedSlashes.KEEP) {
            kinds['%'] = LOOK;
        }
    }

    /** What to do with the path that was given. Bytes are handed over to the caller, not shared and not compared. */
    @SuppressWarnings("ArrayRecordComponent")
    public sealed interface Result {
        /** It is canonical as it stands. */
        enum Unchanged implements Result {
            UNCHANGED
        }

        /** It is judged and forwarded as this, query included. */
        record Rewritten(byte[] path) implements Result {}

        /** The client is sent to this path, query included, with status 307. */
        record Redirect(byte[] path) implements Result {}

        /** Refused with status 400. */
        enum Rejected implements Result {
            FRAGMENT("fragment_in_path"),
            CONTROL_CHARACTER("control_character_in_path"),
            NOT_ABSOLUTE("path_without_leading_slash"),
            ESCAPED_SLASH("escaped_slash_in_path"),
            NUL("nul_in_path"),
            PARAMETERS("semicolon_in_path");

            private final String details;

            Rejected(String details) {
                this.details = details;
            }

            /** A word for the response details of the access log. */
            public String details() {
                return details;
            }
        }
    }

    /**
     * Judges path and query of a request: {@code buffer[offset]} to {@code buffer[offset + length - 1]}, which is only
     * read. An empty path (CONNECT) and {@code *} (OPTIONS) are canonical. Allocates only where something changes.
     */
    public Result normalize(byte[] buffer, int offset, int length) {
        if (length == 0 || (length == 1 && buffer[offset] == '*')) {
            return Result.Unchanged.UNCHANGED;
        }
        if (buffer[offset] != '/' && !(normalize && buffer[offset] == '\\')) {
            return buffer[offset] == '#' ? Result.Rejected.FRAGMENT : Result.Rejected.NOT_ABSOLUTE;
        }
        int end = offset + length;
        boolean changes = false;
        int at = offset;
        for (; at < end; at++) {
            byte kind = kinds[buffer[at] & 0xff];
            if (kind == PLAIN) {
                continue;
            }
            if (kind == REFUSED) {
                return refusal(buffer[at]);
            }
            if (buffer[at] == '?') {
                break;
            }
            changes |= mayChange(buffer, at, end);
        }
        for (int query = at; query < end; query++) {
            byte b = buffer[query];
            if (b == '#' || (b >= 0 && b <= ' ') || b == 0x7f) {
                return refusal(b);
            }
        }
        return changes ? rewrite(buffer, offset, at, end) : Result.Unchanged.UNCHANGED;
    }

    private static Result.Rejected refusal(byte b) {
        return switch (b) {
            case '#' -> Result.Rejected.FRAGMENT;
            case ';' -> Result.Rejected.PARAMETERS;
            default -> Result.Rejected.CONTROL_CHARACTER;
        };
    }

    private boolean mayChange(byte[] buffer, int at, int end) {
        return switch (buffer[at]) {
            case '\\' -> true;
            case '/' -> (merge && at + 1 < end && buffer[at + 1] == '/') || (normalize && dots(buffer, at + 1, end));
            default -> {
                int decoded = decoded(buffer, at, end);
                yield decoded >= 0
                        && ((normalize && (decoded == 0 || unreserved(decoded)))
                                || (escaped != EscapedSlashes.KEEP && (decoded == '/' || decoded == '\\')));
            }
        };
    }

    /** Whether a segment begins that may be {@code .} or {@code ..}; {@code /.well-known} is not one. */
    private static boolean dots(byte[] buffer, int at, int end) {
        if (at >= end || buffer[at] != '.') {
            return false;
        }
        return at + 1 == end
                || switch (buffer[at + 1]) {
                    case '.', '/', '\\', '%', '?' -> true;
                    default -> false;
                };
    }

    private Result rewrite(byte[] in, int offset, int query, int end) {
        byte[] out = new byte[end - offset];
        int length = 0;
        boolean unescaped = false;
        int stray = -3; // where the last percent sign stands that begins no encoding
        for (int at = offset; at < query; at++) {
            int c = in[at] & 0xff;
            if (c == '%') {
                int decoded = decoded(in, at, query);
                boolean completes = hex((byte) decoded) >= 0
                        && (length - stray == 1 || (length - stray == 2 && hex(out[length - 1]) >= 0));
                if (decoded == 0 && normalize) {
                    return Result.Rejected.NUL;
                } else if ((decoded == '/' || decoded == '\\') && escaped == EscapedSlashes.REJECT) {
                    return Result.Rejected.ESCAPED_SLASH;
                } else if ((decoded == '/' || decoded == '\\') && escaped != EscapedSlashes.KEEP) {
                    unescaped = true;
                    c = decoded;
                    at += 2;
                } else if (normalize && unreserved(decoded) && !completes) {
                    c = decoded;
                    at += 2;
                } else if (decoded >= 0) {
                    out[length++] = in[at++];
                    out[length++] = in[at++];
                    c = in[at] & 0xff;
                } else {
                    stray = length;
                }
            }
            out[length++] = (byte) (c == '\\' && normalize ? '/' : c);
        }
        if (normalize) {
            length = resolveDots(out, length);
        }
        if (merge) {
            length = mergeSlashes(out, length);
        }
        System.arraycopy(in, query, out, length, end - query);
        length += end - query;
        if (Arrays.equals(out, 0, length, in, offset, end)) {
            return Result.Unchanged.UNCHANGED;
        }
        byte[] path = Arrays.copyOf(out, length);
        return unescaped && escaped == EscapedSlashes.UNESCAPE_AND_REDIRECT
                ? new Result.Redirect(path)
                : new Result.Rewritten(path);
    }

    /** RFC 3986 section 5.2.4, in place. The path begins with a slash, before and after. */
    private static int resolveDots(byte[] path, int length) {
        int to = 0;
        int at = 0;
        while (at < length) {
            int next = at + 1;
            while (next < length && path[next] != '/') {
                next++;
            }
            // The segment from its leading slash (at) to the next one.
            int dots = next - at - 1;
            boolean last = next == length;
            if (dots == 1 && path[at + 1] == '.') {
                if (last) {
                    path[to++] = '/';
                }
            } else if (dots == 2 && path[at + 1] == '.' && path[at + 2] == '.') {
                if (to > 0) {
                    to--;
                    while (path[to] != '/') {
                        to--;
                    }
                }
                if (last) {
                    path[to++] = '/';
                }
            } else {
                System.arraycopy(path, at, path, to, next - at);
                to += next - at;
            }
            at = next;
        }
        return to;
    }

    private static int mergeSlashes(byte[] path, int length) {
        int to = 1;
        for (int at = 1; at < length; at++) {
            if (path[at] != '/' || path[to - 1] != '/') {
                path[to++] = path[at];
            }
        }
        return to;
    }

    /** The byte that the encoding at {@code at} stands for, or -1 where there is none. */
    private static int decoded(byte[] in, int at, int end) {
        if (at + 2 >= end) {
            return -1;
        }
        int high = hex(in[at + 1]);
        int low = hex(in[at + 2]);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static int hex(byte b) {
        return b >= 0 ? Character.digit(b, 16) : -1;
    }

    private static boolean unreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }
}
