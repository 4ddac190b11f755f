package io.weft.proxy.telemetry;

import io.weft.proxy.config.AccessLog;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An access-log format, compiled once and shared by all event loops. Understands Envoy's format strings
 * (docs/configuration/observability/access_log/usage); an operator that is not known is an error that names it.
 */
public final class LogFormat {

    /** What Envoy writes where no format is given. */
    public static final String ENVOY =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
                    + "%RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
                    + "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
                    + "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"\n";

    /** What Istio writes where a mesh gives no format. */
    public static final String ISTIO =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
                    + "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "
                    + "\"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
                    + "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
                    + "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER% "
                    + "%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% "
                    + "%REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    private final boolean json;
    private final List<Part> parts;

    /**
     * In a text format one operator each, in a JSON format one member each.
     *
     * @param key the member's name with quotes and colon; empty in a text format
     */
    private record Part(LogOperator.Literal key, List<LogOperator> operators) {}

    private LogFormat(boolean json, List<Part> parts) {
        this.json = json;
        this.parts = List.copyOf(parts);
    }

    /** @throws InvalidLogFormat when the format cannot be compiled */
    public static LogFormat compile(AccessLog.Format format) {
        return switch (format) {
            case AccessLog.Format.Text text ->
                new LogFormat(
                        false,
                        List.of(new Part(LogOperator.Literal.NONE, LogFormatParser.parse(text.format(), false))));
            case AccessLog.Format.Json members -> {
                List<Part> parts = new ArrayList<>();
                for (String key : members.order()) {
                    LineBuffer name = new LineBuffer();
                    name.begin(true);
                    name.raw('"');
                    name.value(key, Integer.MAX_VALUE);
                    name.raw('"');
                    name.raw(':');
                    parts.add(new Part(
                            new LogOperator.Literal(Arrays.copyOf(name.bytes(), name.length())),
                            LogFormatParser.parse(members.fields().getOrDefault(key, ""), true)));
                }
                yield new LogFormat(true, parts);
            }
        };
    }

    /** What is wrong with a format string; empty if nothing is. */
    public static Optional<String> check(String format) {
        try {
            LogFormatParser.parse(format, false);
            return Optional.empty();
        } catch (InvalidLogFormat e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Writes the entry's line, with the end of line. */
    void write(LogEntry entry, LineBuffer out) {
        out.begin(json);
        if (json) {
            out.raw('{');
            for (int i = 0; i < parts.size(); i++) {
                if (i > 0) {
                    out.raw(',');
                }
                parts.get(i).key().write(out);
                member(parts.get(i).operators(), entry, out);
            }
            out.raw('}');
        } else {
            for (LogOperator operator : parts.getFirst().operators()) {
                text(operator, entry, out);
            }
        }
        if (!out.endsLine()) {
            out.raw('\n');
        }
    }

    /** A member that is one operator keeps its type; anything else is text. */
    private static void member(List<LogOperator> operators, LogEntry entry, LineBuffer out) {
        if (operators.size() == 1) {
            LogOperator only = operators.getFirst();
            if (only instanceof LogOperator.Quantity number) {
                long value = number.fact().of(entry);
                if (value < 0) {
                    out.raw(NULL);
                } else {
                    out.number(value);
                }
                return;
            }
            if (only instanceof LogOperator.Text || only instanceof LogOperator.Field) {
                String value = value(only, entry);
                if (value == null) {
                    out.raw(NULL);
                    return;
                }
            }
        }
        out.raw('"');
        for (LogOperator operator : operators) {
            text(operator, entry, out);
        }
        out.raw('"');
    }

    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private static void text(LogOperator operator, LogEntry entry, LineBuffer out) {
        switch (operator) {
            case LogOperator.Literal literal -> literal.write(out);
            case LogOperator.Time time ->
                time.pattern()
                        .append(
                                switch (time.moment()) {
                                    case START -> entry.started();
                                    case EMIT -> entry.ended();
                                },
                                out);
            case LogOperator.Quantity number -> {
                long value = number.fact().of(entry);
                if (value < 0) {
                    out.raw('-');
                } else {
                    out.number(value);
                }
            }
            case LogOperator.Field field -> dashed(value(field, entry), field.limit(), out);
            case LogOperator.Text fact -> dashed(value(fact, entry), fact.limit(), out);
        }
    }

    private static void dashed(@Nullable String value, int limit, LineBuffer out) {
        if (value == null) {
            out.raw('-');
        } else {
            out.value(value, limit);
        }
    }

    private static @Nullable String value(LogOperator operator, LogEntry entry) {
        return switch (operator) {
            case LogOperator.Text text -> text.fact().of(entry);
            case LogOperator.Field field -> {
                String value = header(field.side(), field.name(), entry);
                yield value == null && field.otherwise() != null
                        ? header(field.side(), field.otherwise(), entry)
                        : value;
            }
            default -> null;
        };
    }

    private static @Nullable String header(LogOperator.Field.Side side, String name, LogEntry entry) {
        if (entry.exchange() == null) {
            return null;
        }
        return switch (side) {
            case REQUEST -> request(name, entry.exchange().request());
            case RESPONSE -> {
                Response response = entry.exchange().response();
                yield response == null ? null : plain(response.headers(), name);
            }
        };
    }

    private static @Nullable String request(String name, Request request) {
        String value = switch (name) {
            case ":method" -> request.method();
            case ":path" -> request.path();
            case ":authority", "host" -> request.authority();
            case ":scheme" -> request.scheme();
            default -> plain(request.headers(), name);
        };
        return value == null || value.isEmpty() ? null : value;
    }

    private static @Nullable String plain(Headers headers, String name) {
        return headers.joined(name);
    }
}
