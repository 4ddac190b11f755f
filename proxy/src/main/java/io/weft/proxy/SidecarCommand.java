package io.weft.proxy;

import io.weft.proxy.bootstrap.LevelConverter;
import io.weft.proxy.config.Address;
import io.weft.proxy.identity.Identities;
import io.weft.proxy.identity.Identity;
import io.weft.proxy.identity.IdentityMetrics;
import io.weft.proxy.sidecar.InvalidEnvironment;
import io.weft.proxy.sidecar.Sidecar;
import io.weft.proxy.sidecar.SidecarBootstrap;
import io.weft.proxy.sidecar.SidecarFlags;
import io.weft.proxy.sidecar.SidecarHost;
import io.weft.proxy.sidecar.SidecarOptions;
import io.weft.proxy.xds.EventLoops;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.UnsupportedFields;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft proxy sidecar}: beside a container, told everything by the control plane. */
@Command(
        name = "sidecar",
        mixinStandardHelpOptions = true,
        description = {
            "Runs beside a container: gets its certificate and its configuration from the control plane.",
            "Reads the environment that Istio's pilot-agent reads: POD_NAME, POD_NAMESPACE, INSTANCE_IP,",
            "SERVICE_ACCOUNT, TRUST_DOMAIN, PROXY_CONFIG, CA_ADDR, SECRET_TTL and others."
        },
        footer = {
            "",
            "Example:",
            "  POD_NAME=cart-1 POD_NAMESPACE=shop SERVICE_ACCOUNT=cart \\",
            "    weft proxy sidecar --discovery-address 10.0.0.1:15012 --join-token-file /run/weft/token",
            ""
        })
final class SidecarCommand implements Callable<Integer> {

    private static final int AGENT_PORT = 15020;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = "sidecar",
            paramLabel = "ROLE",
            description = "sidecar (default) or router.")
    private String role = "sidecar";

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "DNS domain, such as shop.svc.cluster.local.")
    private @Nullable String domain;

    @Option(
            names = {"--serviceCluster", "--service-cluster"},
            paramLabel = "NAME",
            description = "The workload's name in node.cluster.")
    private @Nullable String serviceCluster;

    @Mixin
    private IdentityArguments identity = new IdentityArguments();

    @Option(names = "--concurrency", paramLabel = "N", description = "Event loops; 0 for one per core granted.")
    private @Nullable Integer concurrency;

    @Option(
            names = "--drain-time-s",
            paramLabel = "SECONDS",
            description = "How long connections may go on when the proxy ends. Default: 45.")
    private @Nullable Integer drainSeconds;

    @Option(
            names = {"-l", "--log-level", "--proxyLogLevel"},
            paramLabel = "LEVEL",
            defaultValue = "info",
            converter = LevelConverter.class,
            description = "trace, debug, info, warning, error, critical or off.")
    private Level logLevel = Level.INFO;

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        Duration drain = drainSeconds == null ? null : Duration.ofSeconds(drainSeconds);
        SidecarFlags flags = new SidecarFlags(
                role,
                domain,
                serviceCluster,
                identity.discoveryAddress,
                concurrency,
                drain,
                identity.joinTokenFile,
                identity.outputCerts);
        SidecarOptions sidecar;
        try {
            sidecar = Sidecar.options(SidecarHost.input(System.getenv(), flags));
        } catch (InvalidEnvironment e) {
            e.problems().forEach(problem -> spec.commandLine().getErr().println("weft proxy sidecar: " + problem));
            return 2;
        }
        int loops = sidecar.concurrency() == 0 ? Runtime.getRuntime().availableProcessors() : sidecar.concurrency();
        Service.Settings settings = new Service.Settings(
                loops,
                sidecar.drainDuration(),
                logLevel,
                Map.of(),
                new Address.Socket("0.0.0.0", sidecar.statusPort()),
                new Address.Socket("0.0.0.0", sidecar.prometheusPort()),
                new Address.Socket("0.0.0.0", AGENT_PORT));
        Parsers parsers = new Parsers(UnsupportedFields.rejected());
        return new Service(SidecarBootstrap.of(sidecar), settings, parsers, own -> identity(sidecar, own)).run(out);
    }

    static Identity identity(SidecarOptions options, EventLoops loops) {
        InstantSource clock = InstantSource.system();
        return switch (options.identity()) {
            case SidecarOptions.IdentityFrom.Issued issued ->
                Identities.issued(issued.options(), loops, clock, IdentityMetrics.NONE);
            case SidecarOptions.IdentityFrom.Mounted mounted ->
                Identities.fromFiles(mounted.files(), clock, IdentityMetrics.NONE);
        };
    }
}
