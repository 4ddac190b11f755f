package io.weft.certs;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The program {@code weft certs}. Exit status: 0 done, 1 not done or problems found, 2 wrong arguments.
 */
@Command(
        name = "weft certs",
        description = "The life of an identity: roots, join tokens, certificates, bundles.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "A mesh begins with a root, and a workload outside Kubernetes with a token:",
            "  weft certs root --dir /etc/weft/ca",
            "  weft certs token --dir /etc/weft/ca --id spiffe://cluster.local/ns/shop/sa/cart",
            "",
            "A certificate that is renewed, for a program that is not ours: 'weft certs agent -h'.",
            "'weft certs COMMAND -h' explains each command with an example.",
        })
public final class CertsMain implements Runnable {
    private static final int USAGE_COLUMNS = 110;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this text and ends.")
    private boolean help;

    private CertsMain() {}

    public static void main(String[] args) {
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, InstantSource.system(), args));
    }

    static int run(PrintWriter out, PrintWriter err, InstantSource clock, String... args) {
        return new CommandLine(new CertsMain())
                .addSubcommand("root", new RootCommand(clock))
                .addSubcommand("token", new TokenCommand(clock))
                .addSubcommand("issue", new IssueCommand(clock))
                .addSubcommand("bundle", new BundleCommand(clock))
                .addSubcommand("inspect", new InspectCommand(clock))
                .setUsageHelpWidth(USAGE_COLUMNS)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((e, command, _) -> {
                    command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + Errors.describe(e));
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(args);
    }

    @Override
    public void run() {
        if (!help) {
            throw new ParameterException(spec.commandLine(), "Missing command; expected one of those below");
        }
    }
}
