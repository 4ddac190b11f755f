package io.weft.proxy;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.weft.certs.identity.SpiffeId;
import io.weft.proxy.admin.LogLevels;
import io.weft.proxy.admin.Signals;
import io.weft.proxy.agent.SecretSocket;
import io.weft.proxy.bootstrap.Arguments;
import io.weft.proxy.identity.Identity;
import io.weft.proxy.sidecar.InvalidEnvironment;
import io.weft.proxy.sidecar.Sidecar;
import io.weft.proxy.sidecar.SidecarFlags;
import io.weft.proxy.sidecar.SidecarHost;
import io.weft.proxy.sidecar.SidecarOptions;
import io.weft.proxy.xds.EventLoops;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * {@code weft certs agent}: a workload's identity for a program that is not ours. It is here and not in {@code certs} because it is
 * the sidecar's identity, served instead of used, and {@code certs} knows neither Netty nor gRPC.
 */
final class AgentCommand implements Callable<Integer> {

    private final CommandSpec spec = Arguments.command("agent", this);
    private final OptionSpec id = Arguments.option(
                    "SPIFFE-ID",
                    "Whom the certificate is to name; wins over TRUST_DOMAIN, POD_NAMESPACE and SERVICE_ACCOUNT.",
                    "--id")
            .build();
    private final OptionSpec socket = Arguments.option(
                    "PATH", "Where the secrets are served. Default: ${DEFAULT-VALUE}.", "--socket")
            .type(Path.class)
            .defaultValue("/run/weft/sds.sock")
            .build();
    private final IdentityArguments identity = new IdentityArguments(spec);
    private final OptionSpec logLevel = Arguments.logLevel("-l", "--log-level").build();

    private AgentCommand() {
        spec.usageMessage()
                .description(
                        "Gets a workload's certificate and renews it, and serves it to a program that is not Weft's:",
                        "over Envoy's SDS on a unix socket as `default` and `ROOTCA`, and as files where a folder is named.",
                        "The key is made here and goes no further than the socket and the folder, which are this account's.",
                        "Reads the environment that `weft proxy sidecar` reads, as far as it is about identity.")
                .footer(
                        "",
                        "Example:",
                        "  weft certs agent --id spiffe://cluster.local/ns/shop/sa/cart --socket /run/weft/sds.sock \\",
                        "    --discovery-address 10.0.0.1:15012 --join-token-file /run/weft/token --output-certs /var/lib/weft/cart",
                        "");
        List.of(id, socket, logLevel).forEach(spec::addOption);
    }

    static CommandSpec spec() {
        return new AgentCommand().spec;
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        SidecarFlags flags = new SidecarFlags(
                "sidecar",
                null,
                null,
                identity.discoveryAddress(),
                1,
                null,
                identity.joinTokenFile(),
                identity.outputCerts());
        SidecarOptions options;
        try {
            options = Sidecar.options(SidecarHost.input(environment(), flags));
        } catch (InvalidEnvironment e) {
            e.problems().forEach(problem -> spec.commandLine().getErr().println("weft certs agent: " + problem));
            return 2;
        }
        LogLevels levels = new LogLevels();
        levels.install();
        levels.all(logLevel.getValue());
        CountDownLatch end = new CountDownLatch(1);
        Signals.on("TERM", end::countDown);
        Signals.on("INT", end::countDown);
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try (Identity own = SidecarCommand.identity(options, new EventLoops(group, EpollSocketChannel.class));
                SecretSocket serving = new SecretSocket(socket.getValue(), own, group)) {
            out.println("secrets: " + serving.path());
            own.start();
            end.await();
        } finally {
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
        return 0;
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        String wanted = id.getValue();
        if (wanted != null) {
            SpiffeId whom = spiffeId(wanted);
            environment.put("TRUST_DOMAIN", whom.trustDomain().name());
            environment.put("POD_NAMESPACE", part(whom, whom.namespace()));
            environment.put("SERVICE_ACCOUNT", part(whom, whom.serviceAccount()));
        }
        return environment;
    }

    private SpiffeId spiffeId(String text) {
        try {
            return SpiffeId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--id: " + e.getMessage(), e);
        }
    }

    private String part(SpiffeId whom, Optional<String> part) {
        return part.orElseThrow(() -> new ParameterException(
                spec.commandLine(),
                "--id " + whom + ": expected spiffe://<trust domain>/ns/<namespace>/sa/<service account>"));
    }
}
