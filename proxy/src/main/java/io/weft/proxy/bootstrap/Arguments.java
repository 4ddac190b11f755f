package io.weft.proxy.bootstrap;

import io.weft.proxy.config.RehearsalLength;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * What the arguments of this module's commands have in common. They are named in code: reading picocli's annotations is
 * reflection over every command, whichever is asked for, and classes that are made at each start.
 */
public final class Arguments {

    private Arguments() {}

    /** A command of that name, with the usual ways to ask for help and for the version. */
    public static CommandSpec command(String name, Callable<Integer> program) {
        return CommandSpec.wrapWithoutInspection(program)
                .name(name)
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help message and exit.")
                        .build())
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Print version information and exit.")
                        .build());
    }

    /** An option with a value, text unless another type is given. */
    public static OptionSpec.Builder option(String label, String description, String... names) {
        return OptionSpec.builder(names).type(String.class).paramLabel(label).description(description);
    }

    /** The level of the program's log, {@code info} unless another is given. */
    public static OptionSpec.Builder logLevel(String... names) {
        return option("LEVEL", "trace, debug, info, warning, error, critical or off. Default: info.", names)
                .type(Level.class)
                .converters(new LevelConverter())
                .defaultValue("info");
    }

    /** How many requests are rehearsed before the proxy is ready; read by {@link #rehearsal}. */
    public static OptionSpec rehearsal() {
        return option(
                        "N",
                        "Requests rehearsed before the proxy is ready, so that what comes first is served quickly; 0 for"
                                + " none. Default: ${DEFAULT-VALUE}.",
                        "--rehearsal-requests")
                .type(Integer.class)
                .defaultValue(Integer.toString(RehearsalLength.DEFAULT_REQUESTS))
                .build();
    }

    /** @throws ParameterException naming the option and its value */
    public static RehearsalLength rehearsal(OptionSpec option, CommandSpec of) {
        try {
            return RehearsalLength.of(option.<Integer>getValue());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(of.commandLine(), option.longestName() + ": " + e.getMessage());
        }
    }
}
