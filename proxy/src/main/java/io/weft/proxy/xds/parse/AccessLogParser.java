package io.weft.proxy.xds.parse;

import io.weft.proxy.config.AccessLog;
import io.weft.proxy.telemetry.LogFormat;
import io.weft.proxy.wire.Message;
import io.weft.proxy.xds.parse.ExtensionPoint.Extension;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Access logs. Whether a format's operators are known {@code telemetry} says, which compiles it. */
final class AccessLogParser {

    private static final String FILE = "envoy.extensions.access_loggers.file.v3.FileAccessLog";
    private static final String STREAM = "envoy.extensions.access_loggers.stream.v3.";
    private static final int MAX_FORMAT = 16 * 1024;

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of("envoy.config.accesslog.v3.AccessLog").honours("name", "typed_config"),
            MessageFields.typed(FILE).honours("path", "format", "json_format", "typed_json_format", "log_format"),
            MessageFields.typed(STREAM + "StdoutAccessLog").honours("log_format"),
            MessageFields.typed(STREAM + "StderrAccessLog").honours("log_format"),
            MessageFields.of("envoy.config.core.v3.SubstitutionFormatString")
                    .honours("text_format", "text_format_source", "json_format")
                    .accepts("content_type", "an access log has none"));

    /** What Envoy writes where no format is given. */
    static final AccessLog.Format DEFAULT = new AccessLog.Format.Text("[%START_TIME%] \"%REQ(:METHOD)% "
            + "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% "
            + "%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" "
            + "\"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"\n");

    private static final ExtensionPoint<AccessLog> LOGGERS = new ExtensionPoint<>(
            Extension.of(FILE, AccessLogParser::file),
            Extension.of(
                    STREAM + "StdoutAccessLog",
                    (message, path, reading) -> new AccessLog(
                            new AccessLog.Sink.Stdout(),
                            message.has("log_format")
                                    ? format(message.message("log_format"), path.field("log_format"), reading)
                                    : DEFAULT)),
            Extension.of(
                    STREAM + "StderrAccessLog",
                    (message, path, reading) -> new AccessLog(
                            new AccessLog.Sink.Stderr(),
                            message.has("log_format")
                                    ? format(message.message("log_format"), path.field("log_format"), reading)
                                    : DEFAULT)));

    private AccessLogParser() {}

    static List<AccessLog> logs(List<Message> messages, FieldPath path, Reading reading) {
        List<AccessLog> logs = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            var log = messages.get(i);
            LOGGERS.readIfKnown(
                            log.text("name"), log.has("typed_config"), log.message("typed_config"), path.at(i), reading)
                    .ifPresent(logs::add);
        }
        return logs;
    }

    @SuppressWarnings("deprecation") // format is what older files use
    private static AccessLog file(Message message, FieldPath path, Reading reading) {
        AccessLog.Format format = switch (message.which("access_log_format")) {
            case "format" -> text(message.text("format"), path.field("format"));
            case "json_format" -> json(message.message("json_format"), path.field("json_format"));
            case "typed_json_format" -> json(message.message("typed_json_format"), path.field("typed_json_format"));
            case "log_format" -> format(message.message("log_format"), path.field("log_format"), reading);
            case "" -> DEFAULT;
            default -> throw Scalars.notSupported(message, "access_log_format", path);
        };
        return new AccessLog(sink(Scalars.name(message.text("path"), path.field("path"))), format);
    }

    /**
     * The process's own streams are written to as they are: opening them by name asks for the rights of whoever made
     * them, which a sidecar without privileges does not have.
     */
    private static AccessLog.Sink sink(String file) {
        return switch (file) {
            case "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1" -> new AccessLog.Sink.Stdout();
            case "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2" -> new AccessLog.Sink.Stderr();
            default -> new AccessLog.Sink.File(file);
        };
    }

    @SuppressWarnings("deprecation") // text_format is what older files use
    private static AccessLog.Format format(Message message, FieldPath path, Reading reading) {
        return switch (message.which("format")) {
            case "text_format" -> text(message.text("text_format"), path.field("text_format"));
            case "text_format_source" -> {
                FieldPath at = path.field("text_format_source");
                yield text(DataSourceParser.text(message.message("text_format_source"), at, reading), at);
            }
            case "json_format" -> json(message.message("json_format"), path.field("json_format"));
            default -> throw new InvalidResource(path, "expected text_format_source or json_format");
        };
    }

    private static AccessLog.Format text(String format, FieldPath path) {
        if (format.length() > MAX_FORMAT) {
            throw new InvalidResource(path, format.length() + " characters: expected at most " + MAX_FORMAT);
        }
        check(format, path);
        return new AccessLog.Format.Text(Scalars.shared(format));
    }

    /** A log that cannot show what it was asked for is refused, not filled with dashes. */
    private static void check(String format, FieldPath path) {
        LogFormat.check(format).ifPresent(problem -> {
            throw new InvalidResource(path, problem);
        });
    }

    private static AccessLog.Format json(Message struct, FieldPath path) {
        Map<String, String> fields = new LinkedHashMap<>();
        struct.entries("fields").forEach((key, value) -> {
            if (!value.which("kind").equals("string_value")) {
                throw new InvalidResource(path.key(key), value.which("kind") + ": expected a string");
            }
            check(value.text("string_value"), path.key(key));
            fields.put(Scalars.shared(key), Scalars.shared(value.text("string_value")));
        });
        return new AccessLog.Format.Json(fields, List.copyOf(fields.keySet()));
    }
}
