package io.weft.proxy.admin;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/**
 * One line per record, as {@code [2026-11-24T10:00:00.000Z][info][io.weft.proxy.listen] message}. Control characters are
 * escaped, for messages quote what peers send (attack case E12); a stack trace, which is ours, follows on lines of its
 * own.
 */
public final class LineFormatter extends Formatter {

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    @Override
    public String format(LogRecord record) {
        StringBuilder out = new StringBuilder(160);
        Instant at = record.getInstant();
        out.append('[');
        TIME.formatTo(at, out);
        out.append("][")
                .append(LogLevels.name(record.getLevel()))
                .append("][")
                .append(record.getLoggerName())
                .append("] ");
        escape(formatMessage(record), out);
        out.append('\n');
        Throwable thrown = record.getThrown();
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            for (String line : trace.toString().split("\n", -1)) {
                if (!line.isBlank()) {
                    out.append("    ");
                    escape(line.strip(), out);
                    out.append('\n');
                }
            }
        }
        return out.toString();
    }

    private static void escape(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append(' ');
                default -> {
                    if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
    }
}
