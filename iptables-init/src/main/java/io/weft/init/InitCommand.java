package io.weft.init;

import io.weft.init.apply.Applier;
import io.weft.init.apply.Installer;
import io.weft.init.apply.Installer.InstallException;
import io.weft.init.options.Accounts;
import io.weft.init.options.Flag;
import io.weft.init.options.OptionException;
import io.weft.init.options.Options;
import io.weft.init.options.Options.BackendChoice;
import io.weft.init.options.Options.Switch;
import io.weft.init.options.OptionsReader;
import io.weft.init.plan.Planner;
import io.weft.init.plan.RulePlan;
import io.weft.init.render.NftText;
import io.weft.init.render.RestoreText;
import io.weft.init.validate.Validator;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The command line: built from {@link Flag} without reflection, as this program delays every pod. */
final class InitCommand {
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** Istio's status for rules that do not hold. */
    static final int NOT_VALID = 126;

    private final Map<String, String> environment;
    private final PrintWriter out;
    private final PrintWriter err;

    InitCommand(Map<String, String> environment, PrintWriter out, PrintWriter err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    int execute(String... args) {
        CommandLine commandLine = new CommandLine(specification()).setOut(out).setErr(err);
        commandLine.setExecutionStrategy(this::run);
        return commandLine.execute(args);
    }

    private static CommandSpec specification() {
        CommandSpec spec = CommandSpec.create().name("weft init");
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("print this and exit")
                .build());
        spec.usageMessage()
                .width(110)
                .abbreviateSynopsis(true)
                .description(
                        "Redirects the TCP traffic of the network namespace it runs in into the proxy.",
                        "Flags and environment variables are those of istio-iptables. Needs NET_ADMIN.");
        for (Flag flag : Flag.values()) {
            OptionSpec.Builder option = OptionSpec.builder(
                            flag.names().getFirst(),
                            flag.names().subList(1, flag.names().size()).toArray(String[]::new))
                    .type(String.class)
                    .paramLabel(flag.valueLabel())
                    .description(flag.description().replace("%", "%%") + environmentOf(flag) + defaultOf(flag));
            switch (flag.kind()) {
                case VALUE, LIST -> option.arity("1");
                case SWITCH -> option.arity("0..1").fallbackValue("true");
                case REFUSED -> option.arity("0..1").fallbackValue("true").hidden(true);
            }
            spec.addOption(option.build());
        }
        return spec;
    }

    private static String environmentOf(Flag flag) {
        return flag.environment().isEmpty() ? "" : " [$" + String.join(", $", flag.environment()) + "]";
    }

    private static String defaultOf(Flag flag) {
        return flag.defaultValue().isEmpty() ? "" : " (default: " + flag.defaultValue() + ")";
    }

    private int run(ParseResult parsed) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        Map<Flag, String> flags = new EnumMap<>(Flag.class);
        for (Flag flag : Flag.values()) {
            if (parsed.hasMatchedOption(flag.longName())) {
                String value = parsed.matchedOptionValue(flag.longName(), "");
                flags.put(flag, value);
            }
        }
        try {
            Options options = OptionsReader.read(flags, environment, Accounts.SYSTEM);
            return run(options);
        } catch (OptionException e) {
            return failed(USAGE, e);
        } catch (InstallException | UncheckedIOException e) {
            return failed(FAILED, e);
        }
    }

    private int failed(int status, Exception e) {
        err.println("weft init: " + e.getMessage());
        err.flush();
        return status;
    }

    private int run(Options options) throws InstallException {
        RulePlan plan = Planner.plan(options);
        if (options.run().is(Switch.DRY_RUN)) {
            out.print(dryRun(plan, options));
            out.flush();
            return 0;
        }
        Installer installer = new Installer(
                Applier.searching(environment.getOrDefault("PATH", "")), Path.of("/proc/net"), this::report);
        if (options.run().is(Switch.CLEANUP_ONLY)) {
            installer.remove();
            return 0;
        }
        if (!options.run().is(Switch.SKIP_RULE_APPLY)) {
            installer.install(plan, options);
        }
        return options.run().is(Switch.RUN_VALIDATION) ? validate(installer, plan, options) : 0;
    }

    /** By connections, and by reading the rules back: no process can send itself a packet that comes from outside. */
    private int validate(Installer installer, RulePlan plan, Options options) {
        boolean holds = new Validator(options, this::report).holds();
        // Rules that another program set may be others than ours and yet hold.
        if (holds && (options.run().is(Switch.SKIP_RULE_APPLY) || installer.isInPlace(plan, options))) {
            return 0;
        }
        err.println("weft init: the rules do not hold; this workload is not ready for the mesh");
        err.flush();
        return NOT_VALID;
    }

    /** What would be loaded into a namespace that has no rules. */
    static String dryRun(RulePlan plan, Options options) {
        if (options.run().backend() == BackendChoice.NATIVE_NFT) {
            return "# nft -f -\n" + NftText.load(List.of(plan.ipv4(), plan.ipv6()));
        }
        return "# iptables-restore --noflush\n" + RestoreText.load(plan.ipv4()) + "# ip6tables-restore --noflush\n"
                + RestoreText.load(plan.ipv6());
    }

    private void report(String line) {
        out.println(line);
        out.flush();
    }
}
