package io.weft.proxy;

import io.weft.proxy.bootstrap.Arguments;
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
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code weft proxy sidecar}: beside a container, told everything by the control plane. */
final class SidecarCommand implements Callable<Integer> {

    private final CommandSpec spec = Arguments.command("sidecar", this);
    private final PositionalParamSpec role = PositionalParamSpec.builder()
            .index("0")
            .arity("0..1")
            .type(String.class)
            .defaultValue("sidecar")
            .paramLabel("ROLE")
            .description("sidecar (default) or router.")
            .build();
    private final OptionSpec domain = Arguments.option(
                    "DOMAIN", "DNS domain, such as shop.svc.cluster.local.", "--domain")
            .build();
    private final OptionSpec serviceCluster = Arguments.option(
                    "NAME", "The workload's name in node.cluster.", "--serviceCluster", "--service-cluster")
            .build();
    private final OptionSpec concurrency = Arguments.option(
                    "N", "Event loops; 0 for one per core granted.", "--concurrency")
            .type(Integer.class)
            .build();
    private final OptionSpec drainSeconds = Arguments.option(
                    "SECONDS", "How long connections may go on when the proxy ends. Default: 45.", "--drain-time-s")
            .type(Integer.class)
            .build();
    private final OptionSpec rehearsal = Arguments.rehearsal();
    private final OptionSpec logLevel =
            Arguments.logLevel("-l", "--log-level", "--proxyLogLevel").build();
    private final IdentityArguments identity = new IdentityArguments(spec);

    private SidecarCommand() {
        spec.usageMessage()
                .description(
                        "Runs beside a container: gets its certificate and its configuration from the control plane.",
                        "Reads the environment that Istio's pilot-agent reads: POD_NAME, POD_NAMESPACE, INSTANCE_IP,",
                        "SERVICE_ACCOUNT, TRUST_DOMAIN, PROXY_CONFIG, CA_ADDR, SECRET_TTL and others.")
                .footer(
                        "",
                        "Example:",
                        "  POD_NAME=cart-1 POD_NAMESPACE=shop SERVICE_ACCOUNT=cart \\",
                        "    weft proxy sidecar --discovery-address 10.0.0.1:15012 --join-token-file /run/weft/token",
                        "");
        spec.addPositional(role);
        List.of(domain, serviceCluster, concurrency, drainSeconds, rehearsal, logLevel)
                .forEach(spec::addOption);
    }

    static CommandSpec spec() {
        return new SidecarCommand().spec;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        Integer seconds = drainSeconds.getValue();
        Duration drain = seconds == null ? null : Duration.ofSeconds(seconds);
        SidecarFlags flags = new SidecarFlags(
                role.getValue(),
                domain.getValue(),
                serviceCluster.getValue(),
                identity.discoveryAddress(),
                concurrency.getValue(),
                drain,
                identity.joinTokenFile(),
                identity.outputCerts());
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
                Arguments.rehearsal(rehearsal, spec),
                logLevel.getValue(),
                Map.of(),
                new Address.Socket("0.0.0.0", sidecar.statusPort()),
                new Address.Socket("0.0.0.0", sidecar.prometheusPort()),
                new Address.Socket("0.0.0.0", sidecar.agentPort()));
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
