package io.weft.proxy;

import io.netty.util.ResourceLeakDetector;
import io.weft.proxy.bootstrap.Arguments;
import io.weft.proxy.bootstrap.EnvoyOptions;
import io.weft.proxy.bootstrap.InvalidBootstrap;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.xds.parse.Parsers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code weft proxy}: the proxy from an Envoy bootstrap file; {@code weft proxy sidecar} beside a container. */
public final class ProxyMain implements Callable<Integer> {

    private static final int USAGE_COLUMNS = 110;

    private final CommandSpec spec = Arguments.command("weft proxy", this);
    private final EnvoyOptions options = new EnvoyOptions(spec);

    private ProxyMain() {
        spec.version("weft 0.1.0")
                .addSubcommand("sidecar", new CommandLine(SidecarCommand.spec()))
                .addSubcommand("agent", new CommandLine(AgentCommand.spec()))
                .usageMessage()
                .description("Carries traffic as an Envoy bootstrap file says, or as told over xDS.")
                .footer("", "Example:", "  weft proxy -c front-proxy.yaml --concurrency 1", "");
    }

    public static void main(String[] args) {
        // Netty would otherwise look for SLF4J, find it without a provider, and say so.
        io.netty.util.internal.logging.InternalLoggerFactory.setDefaultFactory(
                io.netty.util.internal.logging.JdkLoggerFactory.INSTANCE);
        // Sampling takes a stack trace of one buffer in 128: a fifth of the CPU of bulk TLS. Tests look for leaks.
        if (System.getProperty("io.netty.leakDetection.level") == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
        HeadStart.begin();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    static int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new ProxyMain().spec)
                .setUsageHelpWidth(USAGE_COLUMNS)
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((problem, command, _) -> {
                    command.getErr().println("weft proxy: " + problem.getMessage());
                    return problem instanceof InvalidBootstrap ? 1 : 3;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        EnvoyOptions.Given given = options.given();
        Parsers parsers = new Parsers(given.unsupported());
        Bootstrap bootstrap = options.bootstrap(parsers);
        return switch (given.mode()) {
            case VALIDATE -> {
                out.println("configuration OK");
                yield 0;
            }
            case SERVE -> {
                Service.Settings settings = new Service.Settings(
                        given.concurrency(),
                        given.drain(),
                        given.rehearsal(),
                        given.logLevel(),
                        given.componentLevels(),
                        null,
                        null,
                        null);
                yield new Service(bootstrap, settings, parsers, null).run(out);
            }
        };
    }
}
