package io.weft.proxy.xds.parse;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.weft.proxy.config.AccessLog;
import io.weft.proxy.telemetry.LogFormat;
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
            MessageFields.typed(FILE, FileAccessLog::getDefaultInstance)
                    .honours("path", "format", "json_format", "typed_json_format", "log_format"),
            MessageFields.typed(STREAM + "StdoutAccessLog", StdoutAccessLog::getDefaultInstance)
                    .honours("log_format"),
            MessageFields.typed(STREAM + "StderrAccessLog", StderrAccessLog::getDefaultInstance)
                    .honours("log_format"),
            MessageFields.of("envoy.config.core.v3.SubstitutionFormatString")
                    .honours("text_format", "text_format_source", "json_format")
                    .accepts("content_type", "an access log has none"));

    /** What Envoy writes where no format is given. */
    static final AccessLog.Format DEFAULT = new AccessLog.Format.Text("[%START_TIME%] \"%REQ(:METHOD)% "
            + "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% "
            + "%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" "
            + "\"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\"\n");

    private static final ExtensionPoint<AccessLog> LOGGERS = new ExtensionPoint<>(
            Extension.of(FILE, FileAccessLog.class, AccessLogParser::file),
            Extension.of(
                    STREAM + "StdoutAccessLog",
                    StdoutAccessLog.class,
                    (message, path, reading) -> new AccessLog(
                            new AccessLog.Sink.Stdout(),
                            message.hasLogFormat()
                                    ? format(message.getLogFormat(), path.field("log_format"), reading)
                                    : DEFAULT)),
            Extension.of(
                    STREAM + "StderrAccessLog",
                    StderrAccessLog.class,
                    (message, path, reading) -> new AccessLog(
                            new AccessLog.Sink.Stderr(),
                            message.hasLogFormat()
                                    ? format(message.getLogFormat(), path.field("log_format"), reading)
                                    : DEFAULT)));

    private AccessLogParser() {}

    static List<AccessLog> logs(
            List<io.envoyproxy.envoy.config.accesslog.v3.AccessLog> messages, FieldPath path, Reading reading) {
        List<AccessLog> logs = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            var log = messages.get(i);
            LOGGERS.readIfKnown(log.getName(), log.hasTypedConfig(), log.getTypedConfig(), path.at(i), reading)
                    .ifPresent(logs::add);
        }
        return logs;
    }

    @SuppressWarnings("deprecation") // format is what older files use
    private static AccessLog file(FileAccessLog message, FieldPath path, Reading reading) {
        AccessLog.Format format = switch (message.getAccessLogFormatCase()) {
            case FORMAT -> text(message.getFormat(), path.field("format"));
            case JSON_FORMAT -> json(message.getJsonFormat(), path.field("json_format"));
            case TYPED_JSON_FORMAT -> json(message.getTypedJsonFormat(), path.field("typed_json_format"));
            case LOG_FORMAT -> format(message.getLogFormat(), path.field("log_format"), reading);
            case ACCESSLOGFORMAT_NOT_SET -> DEFAULT;
        };
        return new AccessLog(sink(Scalars.name(message.getPath(), path.field("path"))), format);
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
    private static AccessLog.Format format(SubstitutionFormatString message, FieldPath path, Reading reading) {
        return switch (message.getFormatCase()) {
            case TEXT_FORMAT -> text(message.getTextFormat(), path.field("text_format"));
            case TEXT_FORMAT_SOURCE -> {
                FieldPath at = path.field("text_format_source");
                yield text(DataSourceParser.text(message.getTextFormatSource(), at, reading), at);
            }
            case JSON_FORMAT -> json(message.getJsonFormat(), path.field("json_format"));
            case FORMAT_NOT_SET -> throw new InvalidResource(path, "expected text_format_source or json_format");
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

    private static AccessLog.Format json(Struct struct, FieldPath path) {
        Map<String, String> fields = new LinkedHashMap<>();
        struct.getFieldsMap().forEach((key, value) -> {
            if (value.getKindCase() != Value.KindCase.STRING_VALUE) {
                throw new InvalidResource(path.key(key), value.getKindCase() + ": expected a string");
            }
            check(value.getStringValue(), path.key(key));
            fields.put(Scalars.shared(key), Scalars.shared(value.getStringValue()));
        });
        return new AccessLog.Format.Json(fields, List.copyOf(fields.keySet()));
    }
}
