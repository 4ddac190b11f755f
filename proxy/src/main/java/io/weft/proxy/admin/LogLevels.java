package io.weft.proxy.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Log levels by Envoy's names, for the whole program and for its components: a component is a package below {@code
 * io.weft.proxy}. Can be changed while the program runs.
 */
public final class LogLevels {

    private static final String ROOT = "io.weft";
    private static final String COMPONENTS = "io.weft.proxy.";

    /** A level kept here lives as long as this: JUL forgets loggers that nobody holds, and their levels with them. */
    private final Map<String, Logger> held = new LinkedHashMap<>();

    private static final List<String> NAMES = List.of(
            "admin",
            "authorize",
            "bootstrap",
            "cluster",
            "connect",
            "detect",
            "dns",
            "exchange",
            "http1",
            "http2",
            "identity",
            "listen",
            "pool",
            "route",
            "runtime",
            "tcp",
            "telemetry",
            "tls",
            "xds");

    public LogLevels() {
        held.put("", Logger.getLogger(ROOT));
        for (String name : NAMES) {
            held.put(name, Logger.getLogger(COMPONENTS + name));
        }
    }

    /** Sends all log records to standard error, one line each. Replaces what was configured before. */
    public void install() {
        LogManager.getLogManager().reset();
        Handler handler = new ConsoleHandler();
        handler.setFormatter(new LineFormatter());
        handler.setLevel(Level.ALL);
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        root.setLevel(Level.WARNING); // libraries; our own level is set below io.weft
    }

    /** Of the whole program; takes back what was set for components. */
    public synchronized void all(System.Logger.Level level) {
        held.forEach((name, logger) -> logger.setLevel(name.isEmpty() ? of(level) : null));
    }

    /** @throws IllegalArgumentException when there is no such component */
    public synchronized void component(String name, System.Logger.Level level) {
        Logger logger = held.get(name);
        if (name.isEmpty() || logger == null) {
            throw new IllegalArgumentException("logger \"" + name + "\": expected one of " + NAMES);
        }
        logger.setLevel(of(level));
    }

    public static boolean isComponent(String name) {
        return NAMES.contains(name);
    }

    /** The level of each component that is in force, by Envoy's names. */
    synchronized Map<String, String> levels() {
        Map<String, String> levels = new TreeMap<>();
        held.forEach((name, logger) -> {
            if (!name.isEmpty()) {
                levels.put(name, name(effective(logger)));
            }
        });
        return levels;
    }

    private static Level effective(Logger logger) {
        for (Logger at = logger; at != null; at = at.getParent()) {
            Level level = at.getLevel();
            if (level != null) {
                return level;
            }
        }
        return Level.INFO;
    }

    /**
     * Reads Envoy's name of a level.
     *
     * @throws IllegalArgumentException when it is none
     */
    static System.Logger.Level parse(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "trace" -> System.Logger.Level.TRACE;
            case "debug" -> System.Logger.Level.DEBUG;
            case "info" -> System.Logger.Level.INFO;
            case "warning", "warn" -> System.Logger.Level.WARNING;
            case "error", "critical" -> System.Logger.Level.ERROR;
            case "off" -> System.Logger.Level.OFF;
            default ->
                throw new IllegalArgumentException(
                        "level \"" + name + "\": expected trace, debug, info, warning, error, critical or off");
        };
    }

    /** As {@link System.Logger} maps its levels to those of JUL. */
    private static Level of(System.Logger.Level level) {
        return switch (level) {
            case ALL -> Level.ALL;
            case TRACE -> Level.FINER;
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARNING -> Level.WARNING;
            case ERROR -> Level.SEVERE;
            case OFF -> Level.OFF;
        };
    }

    static String name(Level level) {
        int value = level.intValue();
        if (value == Integer.MAX_VALUE) {
            return "off";
        }
        if (value >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (value >= Level.WARNING.intValue()) {
            return "warning";
        }
        if (value >= Level.INFO.intValue()) {
            return "info";
        }
        return value >= Level.FINE.intValue() ? "debug" : "trace";
    }
}
