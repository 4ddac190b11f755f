package io.weft.proxy.bootstrap;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Bootstrap.Node;
import io.weft.proxy.config.RehearsalLength;
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
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * Envoy's command-line options. Those that have no meaning here are taken and say so in the help, so that a command line
 * written for Envoy works. Read what was given by {@link #given}; nothing is checked before.
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
     * @param rehearsal what is done before the proxy is ready
     * @param logLevel of the whole program; {@code componentLevels} wins for loggers below {@code io.weft.proxy.<key>}
     */
    public record Given(
            Mode mode,
            int concurrency,
            Duration drain,
            RehearsalLength rehearsal,
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
    private static final String[] NONE = {};
    private static final String NO_EFFECT = "Accepted without effect: there is no hot restart.";

    private final CommandSpec spec;
    private final OptionSpec configPath = Arguments.option(
                    "FILE", "Bootstrap file, YAML or JSON.", "-c", "--config-path")
            .type(Path.class)
            .build();
    private final OptionSpec configYaml = Arguments.option(
                    "YAML", "Bootstrap as text; laid over the file where both are given.", "--config-yaml")
            .build();
    private final OptionSpec mode = Arguments.option(
                    "serve|validate",
                    "serve (default), or validate: read the configuration, report, and end.",
                    "--mode")
            .type(Mode.class)
            .converters(new ModeConverter())
            .defaultValue("serve")
            .build();
    private final OptionSpec concurrency = Arguments.option(
                    "N", "Event loops. Default: the processors this process may use.", "--concurrency")
            .type(Integer.class)
            .build();
    private final OptionSpec serviceNode = Arguments.option("ID", "Wins over node.id of the file.", "--service-node")
            .build();
    private final OptionSpec serviceCluster = Arguments.option(
                    "NAME", "Wins over node.cluster of the file.", "--service-cluster")
            .build();
    private final OptionSpec serviceZone = Arguments.option(
                    "ZONE", "Wins over node.locality.zone of the file.", "--service-zone")
            .build();
    private final OptionSpec drainSeconds = Arguments.option(
                    "SECONDS",
                    "How long connections may go on when the proxy ends. Default: ${DEFAULT-VALUE}.",
                    "--drain-time-s")
            .type(Integer.class)
            .defaultValue("600")
            .build();
    private final OptionSpec rehearsal = Arguments.rehearsal();
    private final OptionSpec logLevel = Arguments.logLevel("-l", "--log-level").build();
    private final OptionSpec componentLevels = Arguments.option(
                    "NAME:LEVEL", "Levels of single components, such as xds:debug,pool:trace.", "--component-log-level")
            .type(String[].class)
            .splitRegex(",")
            .build();
    private final OptionSpec onUnsupported = Arguments.option(
                    "reject|warn",
                    "What becomes of fields that are set but not supported: reject (default), or warn: go on without"
                            + " them.",
                    "--unsupported")
            .type(OnUnsupported.class)
            .converters(new UnsupportedConverter())
            .defaultValue("reject")
            .build();

    /** Adds the options to a command. */
    public EnvoyOptions(CommandSpec spec) {
        this.spec = spec;
        List.of(
                        configPath,
                        configYaml,
                        mode,
                        concurrency,
                        serviceNode,
                        serviceCluster,
                        serviceZone,
                        drainSeconds,
                        rehearsal,
                        logLevel,
                        componentLevels,
                        onUnsupported,
                        Arguments.option("N", NO_EFFECT, "--base-id", "--restart-epoch", "--parent-shutdown-time-s")
                                .type(List.class)
                                .auxiliaryTypes(Long.class)
                                .build(),
                        Arguments.option("", NO_EFFECT, "--use-dynamic-base-id", "--disable-hot-restart")
                                .type(boolean[].class)
                                .arity("0")
                                .build())
                .forEach(spec::addOption);
    }

    /** @throws ParameterException naming the option and its value */
    public Given given() {
        Integer concurrency = this.concurrency.getValue();
        int drainSeconds = this.drainSeconds.<Integer>getValue();
        int loops = concurrency == null ? Runtime.getRuntime().availableProcessors() : Math.max(1, concurrency);
        if (loops > MAX_LOOPS || (concurrency != null && concurrency < 0)) {
            throw refused("--concurrency " + concurrency + ": expected 0 to " + MAX_LOOPS);
        }
        if (drainSeconds < 0 || drainSeconds > MAX_DRAIN_SECONDS) {
            throw refused("--drain-time-s " + drainSeconds + ": expected 0 to " + MAX_DRAIN_SECONDS);
        }
        Map<String, Level> levels = new LinkedHashMap<>();
        String @Nullable [] pairs = componentLevels.getValue();
        for (String pair : pairs == null ? NONE : pairs) {
            int colon = pair.indexOf(':');
            if (colon < 1) {
                throw refused("--component-log-level \"" + pair + "\": expected NAME:LEVEL");
            }
            levels.put(pair.substring(0, colon), level("--component-log-level", pair.substring(colon + 1)));
        }
        return new Given(
                mode.getValue(),
                loops,
                Duration.ofSeconds(drainSeconds),
                Arguments.rehearsal(rehearsal, spec),
                logLevel.getValue(),
                levels,
                onUnsupported.<OnUnsupported>getValue() == OnUnsupported.WARN
                        ? UnsupportedFields.warnedOf()
                        : UnsupportedFields.rejected());
    }

    /** Whether there is any configuration to read. */
    public boolean configured() {
        return configPath.getValue() != null || configYaml.getValue() != null;
    }

    /**
     * Reads what the options name.
     *
     * @throws InvalidBootstrap with every problem of the configuration
     * @throws ParameterException if no option names any
     */
    public Bootstrap bootstrap(Parsers parsers) {
        Path configPath = this.configPath.getValue();
        String configYaml = this.configYaml.getValue();
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
                given(serviceNode, node.id()),
                given(serviceCluster, node.cluster()),
                node.region(),
                given(serviceZone, node.zone()),
                node.subZone(),
                node.metadata()));
    }

    private static String given(OptionSpec option, String otherwise) {
        String value = option.getValue();
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private ParameterException refused(String message) {
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
