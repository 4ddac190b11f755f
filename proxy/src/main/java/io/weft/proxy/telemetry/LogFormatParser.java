package io.weft.proxy.telemetry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Envoy's format strings: {@code %NAME%}, {@code %NAME(argument)%}, {@code %NAME(argument):length%}, {@code %%}. */
final class LogFormatParser {

    /** Known to Envoy, but nothing here could fill them: refused by name rather than shown as a dash for ever. */
    private static final Set<String> REFUSED = Set.of(
            "TRAILER",
            "DYNAMIC_METADATA",
            "CLUSTER_METADATA",
            "UPSTREAM_METADATA",
            "FILTER_STATE",
            "UPSTREAM_FILTER_STATE",
            "GRPC_STATUS",
            "GRPC_STATUS_NUMBER",
            "LOCAL_REPLY_BODY",
            "ENVIRONMENT",
            "CEL",
            "COMMON_DURATION",
            "ACCESS_LOG_TYPE",
            "TRACE_ID",
            "STREAM_ID");

    private static final Map<String, TextFact> TEXTS = new HashMap<>();
    private static final Map<String, NumberFact> NUMBERS = new HashMap<>();

    static {
        for (TextFact fact : TextFact.values()) {
            TEXTS.put(fact.name(), fact);
        }
        for (NumberFact fact : NumberFact.values()) {
            NUMBERS.put(fact.name(), fact);
        }
    }

    private final String format;
    private final boolean json;
    private final List<LogOperator> operators = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();

    private LogFormatParser(String format, boolean json) {
        this.format = format;
        this.json = json;
    }

    /** @param json literals are escaped for a JSON string */
    static List<LogOperator> parse(String format, boolean json) {
        LogFormatParser parser = new LogFormatParser(format, json);
        parser.parse();
        return List.copyOf(parser.operators);
    }

    private void parse() {
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c != '%') {
                literal.append(c);
                at++;
            } else if (format.startsWith("%%", at)) {
                literal.append('%');
                at += 2;
            } else {
                at = operator(at);
            }
        }
        endLiteral();
    }

    private void endLiteral() {
        if (literal.isEmpty()) {
            return;
        }
        byte[] bytes;
        if (json) {
            LineBuffer escaped = new LineBuffer();
            escaped.begin(true);
            for (int i = 0; i < literal.length(); i += LineBuffer.MAX_VALUE) {
                escaped.value(
                        literal.substring(i, Math.min(literal.length(), i + LineBuffer.MAX_VALUE)), Integer.MAX_VALUE);
            }
            bytes = java.util.Arrays.copyOf(escaped.bytes(), escaped.length());
        } else {
            bytes = literal.toString().getBytes(StandardCharsets.UTF_8);
        }
        operators.add(new LogOperator.Literal(bytes));
        literal.setLength(0);
    }

    /** Reads the operator that begins at the percent sign {@code start}; returns where it ends. */
    private int operator(int start) {
        int at = start + 1;
        while (at < format.length() && isName(format.charAt(at))) {
            at++;
        }
        String name = format.substring(start + 1, at);
        String argument = null;
        if (at < format.length() && format.charAt(at) == '(') {
            int close = format.indexOf(')', at);
            if (close < 0) {
                throw problem(start, "expected a closing parenthesis");
            }
            argument = format.substring(at + 1, close);
            at = close + 1;
        }
        int limit = Integer.MAX_VALUE;
        if (at < format.length() && format.charAt(at) == ':') {
            int digits = ++at;
            while (at < format.length() && Character.isDigit(format.charAt(at))) {
                at++;
            }
            if (at == digits || at - digits > 9) {
                throw problem(start, "expected a length of 1 to 9 digits behind the colon");
            }
            limit = Integer.parseInt(format.substring(digits, at));
        }
        if (name.isEmpty() || at >= format.length() || format.charAt(at) != '%') {
            throw problem(start, "expected %NAME%, %NAME(argument)% or %% for a percent sign");
        }
        LogOperator operator = operator(start, name, argument, limit);
        endLiteral();
        operators.add(operator);
        return at + 1;
    }

    private LogOperator operator(int start, String name, @Nullable String argument, int limit) {
        return switch (name) {
            case "START_TIME" -> new LogOperator.Time(LogOperator.Time.Moment.START, pattern(argument));
            case "EMIT_TIME" -> new LogOperator.Time(LogOperator.Time.Moment.EMIT, pattern(argument));
            case "REQ" -> field(LogOperator.Field.Side.REQUEST, start, argument, limit);
            case "RESP" -> field(LogOperator.Field.Side.RESPONSE, start, argument, limit);
            case "HOSTNAME" -> new LogOperator.Literal(hostname().getBytes(StandardCharsets.US_ASCII));
            default -> fact(start, name, argument, limit);
        };
    }

    private LogOperator fact(int start, String name, @Nullable String argument, int limit) {
        if (REFUSED.contains(name)) {
            throw problem(start, "operator " + name + " is not supported");
        }
        TextFact text = TEXTS.get(name);
        NumberFact number = NUMBERS.get(name);
        if (argument != null && (text != null || number != null)) {
            throw problem(start, "operator " + name + " takes no argument");
        }
        if (text != null) {
            return new LogOperator.Text(text, limit);
        }
        if (number != null) {
            return new LogOperator.Quantity(number);
        }
        throw problem(start, "unknown operator " + shown(name));
    }

    private static TimePattern pattern(@Nullable String argument) {
        return argument == null || argument.isEmpty() ? TimePattern.DEFAULT : TimePattern.of(argument);
    }

    private LogOperator field(LogOperator.Field.Side side, int start, @Nullable String argument, int limit) {
        if (argument == null || argument.isEmpty()) {
            throw problem(start, "expected the name of a header in parentheses");
        }
        String[] names = argument.toLowerCase(Locale.ROOT).split("\\?", -1);
        if (names.length > 2 || names[0].isEmpty()) {
            throw problem(start, "expected one header and at most one alternative, got " + shown(argument));
        }
        if (side == LogOperator.Field.Side.RESPONSE && names[0].equals("x-envoy-upstream-service-time")) {
            return new LogOperator.Quantity(NumberFact.UPSTREAM_SERVICE_TIME);
        }
        return new LogOperator.Field(side, names[0], names.length == 2 ? names[1] : null, limit);
    }

    private static String hostname() {
        try {
            String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            return name.matches("[A-Za-z0-9._-]{1,253}") ? name : "-";
        } catch (IOException e) {
            return "-"; // a log line must not fail for want of a name
        }
    }

    private InvalidLogFormat problem(int start, String what) {
        return new InvalidLogFormat("access log format at character " + start + ": " + what);
    }

    private static String shown(String text) {
        return text.length() > 64 ? text.substring(0, 64) + "..." : text;
    }

    private static boolean isName(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
}
