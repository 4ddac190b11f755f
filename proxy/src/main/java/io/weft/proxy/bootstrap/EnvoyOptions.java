package io.weft.proxy.bootstrap;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Bootstrap.Node;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.UnsupportedFields;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Envoy's command-line options, for {@code @Mixin}. Those that have no meaning here are taken and say so in the help, so
 * that a command line written for Envoy works. Read what was given by {@link #given}; nothing is checked before.
 */
public final class EnvoyOptions {

    /** What Envoy calls {@code --mode}. */
    public enum Mode {
        SERVE,
        /** Reads the configuration, reports, and ends. */
        VALIDATE
    }

    /**
     * The options, checked.
     *
     * @param concurrency event loops, at least 1
     * @param drain how long connections may go on after the proxy was told to end
     * @param logLevel of the whole program; {@code componentLevels} wins for loggers below {@code io.weft.proxy.<key>}
     */
    public record Given(
            Mode mode,
            int concurrency,
            Duration drain,
            Level logLevel,
            Map<String, Level> componentLevels,
            UnsupportedFields unsupported) {
        public Given {
            componentLevels = Collections.unmodifiableMap(new LinkedHashMap<>(componentLevels));
        }
    }

    private enum OnUnsupported {
        REJECT,
        WARN
    }

    private static final int MAX_LOOPS = 1024;
    private static final int MAX_DRAIN_SECONDS = 24 * 3600;
    private static final String NO_EFFECT = "Accepted without effect: there is no hot restart.";

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-c", "--config-path"},
            paramLabel = "FILE",
            description = "Bootstrap file, YAML or JSON.")
    private @Nullable Path configPath;

    @Option(
            names = "--config-yaml",
            paramLabel = "YAML",
            description = "Bootstrap as text; laid over the file where both are given.")
    private @Nullable String configYaml;

    @Option(
            names = "--mode",
            paramLabel = "serve|validate",
            defaultValue = "serve",
            converter = ModeConverter.class,
            description = "serve (default), or validate: read the configuration, report, and end.")
    private Mode mode = Mode.SERVE;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Event loops. Default: the processors this process may use.")
    private @Nullable Integer concurrency;

    @Option(names = "--service-node", paramLabel = "ID", description = "Wins over node.id of the file.")
    private String serviceNode = "";

    @Option(names = "--service-cluster", paramLabel = "NAME", description = "Wins over node.cluster of the file.")
    private String serviceCluster = "";

    @Option(names = "--service-zone", paramLabel = "ZONE", description = "Wins over node.locality.zone of the file.")
    private String serviceZone = "";

    @Option(
            names = "--drain-time-s",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "How long connections may go on when the proxy ends. Default: ${DEFAULT-VALUE}.")
    private int drainSeconds = 600;

    @Option(
            names = {"-l", "--log-level"},
            paramLabel = "LEVEL",
            defaultValue = "info",
            converter = LevelConverter.class,
            description = "trace, debug, info, warning, error, critical or off. Default: ${DEFAULT-VALUE}.")
    private Level logLevel = Level.INFO;

    @Option(
            names = "--component-log-level",
            paramLabel = "NAME:LEVEL",
            split = ",",
            description = "Levels of single components, such as xds:debug,pool:trace.")
    private String[] componentLevels = {};

    @Option(
            names = "--unsupported",
            paramLabel = "reject|warn",
            defaultValue = "reject",
            converter = UnsupportedConverter.class,
            description = "What becomes of fields that are set but not supported: reject (default), or warn: go on"
                    + " without them.")
    private OnUnsupported onUnsupported = OnUnsupported.REJECT;

    @Option(
            names = {"--base-id", "--restart-epoch", "--parent-shutdown-time-s"},
            paramLabel = "N",
            description = NO_EFFECT)
    void hotRestartNumbers(List<Long> numbers) {}

    @Option(
            names = {"--use-dynamic-base-id", "--disable-hot-restart"},
            description = NO_EFFECT)
    void hotRestartSwitches(boolean[] on) {}

    /** @throws ParameterException naming the option and its value */
    public Given given() {
        int loops = concurrency == null ? Runtime.getRuntime().availableProcessors() : Math.max(1, concurrency);
        if (loops > MAX_LOOPS || (concurrency != null && concurrency < 0)) {
            throw refused("--concurrency " + concurrency + ": expected 0 to " + MAX_LOOPS);
        }
        if (drainSeconds < 0 || drainSeconds > MAX_DRAIN_SECONDS) {
            throw refused("--drain-time-s " + drainSeconds + ": expected 0 to " + MAX_DRAIN_SECONDS);
        }
        Map<String, Level> levels = new LinkedHashMap<>();
        for (String pair : componentLevels) {
            int colon = pair.indexOf(':');
            if (colon < 1) {
                throw refused("--component-log-level \"" + pair + "\": expected NAME:LEVEL");
            }
            levels.put(pair.substring(0, colon), level("--component-log-level", pair.substring(colon + 1)));
        }
        return new Given(
                mode,
                loops,
                Duration.ofSeconds(drainSeconds),
                logLevel,
                levels,
                onUnsupported == OnUnsupported.WARN ? UnsupportedFields.warnedOf() : UnsupportedFields.rejected());
    }

    /** Whether there is any configuration to read. */
    public boolean configured() {
        return configPath != null || configYaml != null;
    }

    /**
     * Reads what the options name.
     *
     * @throws InvalidBootstrap with every problem of the configuration
     * @throws ParameterException if no option names any
     */
    public Bootstrap bootstrap(Parsers parsers) {
        Bootstrap read;
        if (configPath != null && configYaml != null) {
            read = BootstrapFile.merge(
                    BootstrapFile.text(configPath), configPath.toString(), configYaml, "--config-yaml", parsers);
        } else if (configPath != null) {
            read = BootstrapFile.read(configPath, parsers);
        } else if (configYaml != null) {
            read = BootstrapFile.parse(configYaml, "--config-yaml", parsers);
        } else {
            throw refused("no configuration: expected --config-path FILE or --config-yaml YAML");
        }
        Node node = read.node();
        return read.withNode(new Node(
                serviceNode.isEmpty() ? node.id() : serviceNode,
                serviceCluster.isEmpty() ? node.cluster() : serviceCluster,
                node.region(),
                serviceZone.isEmpty() ? node.zone() : serviceZone,
                node.subZone(),
                node.metadata()));
    }

    private ParameterException refused(String message) {
        if (spec == null) {
            throw new IllegalStateException("options that no command line has read");
        }
        return new ParameterException(spec.commandLine(), message);
    }

    private Level level(String option, String text) {
        try {
            return new LevelConverter().convert(text);
        } catch (TypeConversionException e) {
            throw refused(option + " " + e.getMessage());
        }
    }

    private static final class ModeConverter implements ITypeConverter<Mode> {
        @Override
        public Mode convert(String text) {
            return switch (text) {
                case "serve" -> Mode.SERVE;
                case "validate" -> Mode.VALIDATE;
                default -> throw new TypeConversionException("\"" + text + "\": expected serve or validate");
            };
        }
    }

    private static final class UnsupportedConverter implements ITypeConverter<OnUnsupported> {
        @Override
        public OnUnsupported convert(String text) {
            return switch (text) {
                case "reject" -> OnUnsupported.REJECT;
                case "warn" -> OnUnsupported.WARN;
                default -> throw new TypeConversionException("\"" + text + "\": expected reject or warn");
            };
        }
    }
}
