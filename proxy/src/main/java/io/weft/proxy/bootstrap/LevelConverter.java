package io.weft.proxy.bootstrap;

import java.lang.System.Logger.Level;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Envoy's names of log levels, for picocli. */
public final class LevelConverter implements ITypeConverter<Level> {
    @Override
    public Level convert(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "trace" -> Level.TRACE;
            case "debug" -> Level.DEBUG;
            case "info" -> Level.INFO;
            case "warning", "warn" -> Level.WARNING;
            case "error", "critical" -> Level.ERROR;
            case "off" -> Level.OFF;
            default ->
                throw new TypeConversionException(
                        "\"" + text + "\": expected trace, debug, info, warning, error, critical or off");
        };
    }
}
