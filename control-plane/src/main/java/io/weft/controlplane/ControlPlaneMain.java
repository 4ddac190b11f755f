package io.weft.controlplane;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.identity.TrustDomain;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.model.Problem;
import io.weft.controlplane.push.Debounce;
import io.weft.controlplane.serve.StreamLimits;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program {@code weft control-plane}. Exit status: 0 ended when told to, 1 could not start, 2 wrong arguments. */
@Command(
        name = "weft control-plane",
        mixinStandardHelpOptions = true,
        description = "Serves a mesh from a watched folder of YAML: xDS and certificates on one TLS port.",
        footer = {
            "",
            "A mesh of the files in ./mesh, with its authority made on first use:",
            "  weft control-plane --config ./mesh --data-dir /var/lib/weft",
            "",
            "The first certificate of a workload needs a token:",
            "  weft certs token --dir /var/lib/weft/ca --id spiffe://cluster.local/ns/shop/sa/cart",
        })
public final class ControlPlaneMain implements Callable<Integer> {
    private static final Duration LONGEST_GRACE = Duration.ofDays(30);

    private final PrintWriter out;
    private final CountDownLatch stop;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--config", paramLabel = "DIR", description = "The folder of the mesh's objects, watched.")
    private @Nullable Path config;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Where the control plane keeps what it makes.")
    private @Nullable Path dataDir;

    @Option(
            names = "--ca-dir",
            paramLabel = "DIR",
            description = "The certificate authority, made where there is none; default ca in the data directory.")
    private @Nullable Path caDir;

    @Option(
            names = "--token-dir",
            paramLabel = "DIR",
            description = "The join tokens; default tokens in the authority's directory.")
    private @Nullable Path tokenDir;

    @Option(
            names = "--trust-domain",
            paramLabel = "NAME",
            defaultValue = "cluster.local",
            description = "The SPIFFE trust domain; default ${DEFAULT-VALUE}.")
    private String trustDomain = "cluster.local";

    @Option(
            names = "--secure-grpc-addr",
            paramLabel = "ADDR",
            defaultValue = ":15012",
            description = "xDS and certificates over TLS; default ${DEFAULT-VALUE}. Port 0 takes a free one.")
    private String secureAddress = ":15012";

    @Option(
            names = "--grpc-addr",
            paramLabel = "ADDR",
            description = "xDS without TLS, believing everybody; off unless given. For debugging.")
    private @Nullable String plaintextAddress;

    @Option(
            names = "--http-addr",
            paramLabel = "ADDR",
            defaultValue = "127.0.0.1:15014",
            description = "/ready, /metrics, /debug/syncz, /debug/configz; default ${DEFAULT-VALUE}.")
    private String httpAddress = "127.0.0.1:15014";

    @Option(names = "--access-log", description = "Proxies log every request and connection to their standard output.")
    private boolean accessLog;

    @Option(
            names = "--workload-cert-ttl",
            paramLabel = "TIME",
            defaultValue = "24h",
            description = "Life of a workload's certificate, as 90s, 10m, 24h; default ${DEFAULT-VALUE}.")
    private String certificateTtl = "24h";

    @Option(
            names = "--expired-renewal-grace",
            paramLabel = "TIME",
            defaultValue = "72h",
            description =
                    "How long after its end a workload's certificate can still buy the next one, and nothing else;"
                            + " at most 30d; 0 for not at all; default ${DEFAULT-VALUE}.")
    private String renewalGrace = "72h";

    @Option(
            names = "--dns-name",
            paramLabel = "NAME",
            description = "A DNS name of the server's certificate, for clients that know no SPIFFE; may be repeated."
                    + " localhost and weft-control-plane.weft-system, also with .svc and .svc.cluster.local, are always"
                    + " there.")
    private Set<String> dnsNames = new LinkedHashSet<>();

    @Option(
            names = "--ip-address",
            paramLabel = "ADDRESS",
            description = "An address of the server's certificate, such as a load balancer's; may be repeated. The ones"
                    + " that it listens on are always there.")
    private Set<String> addresses = new LinkedHashSet<>();

    @Option(
            names = "--max-streams-per-proxy",
            paramLabel = "N",
            defaultValue = "4",
            description = "xDS streams of one identity and node id; default ${DEFAULT-VALUE}.")
    private int streamsPerProxy = 4;

    private ControlPlaneMain(PrintWriter out, CountDownLatch stop) {
        this.out = out;
        this.stop = stop;
    }

    public static void main(String[] args) {
        // Everything logs through the JDK; Netty would otherwise find the SLF4J that a dependency brings along, without
        // a provider.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        HeadStart.begin();
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        var stop = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stop.countDown();
                            try {
                                ended.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "weft-stop"));
        int status = run(out, err, stop, args);
        ended.countDown();
        // Within a shutdown that a signal began this waits for it to end, which is why the latch comes first.
        System.exit(status);
    }

    /** Runs until {@code stop} is counted down, and then stops in order. */
    static int run(PrintWriter out, PrintWriter err, CountDownLatch stop, String... args) {
        return new CommandLine(new ControlPlaneMain(out, stop))
                .addSubcommand("check", new CheckCommand())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((e, command, _) -> {
                    err.println(command.getCommandSpec().qualifiedName() + ": " + describe(e));
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(args);
    }

    private static String describe(Exception e) {
        String message = String.valueOf(e.getMessage());
        Throwable cause = e.getCause();
        String detail = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
        boolean plain = e instanceof IOException || e instanceof IllegalArgumentException;
        return (plain ? message : e.getClass().getSimpleName() + ": " + message)
                + (message.contains(detail) ? "" : ": " + detail);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (ControlPlane controlPlane = ControlPlane.start(options(), InstantSource.system())) {
            for (Problem problem : controlPlane.load().problems()) {
                out.println("refused: " + problem);
            }
            out.println("xds and certificates: " + controlPlane.secureAddress());
            controlPlane.plaintextAddress().ifPresent(address -> out.println("xds in plaintext: " + address));
            out.println("http: " + controlPlane.httpAddress());
            out.println("ready");
            out.flush();
            stop.await();
            out.println("stopping");
            out.flush();
        }
        return 0;
    }

    private Duration renewalGrace() {
        Duration grace = Durations.parseOrZero(renewalGrace);
        if (grace.compareTo(LONGEST_GRACE) > 0) {
            throw new IllegalArgumentException(
                    "--expired-renewal-grace " + renewalGrace + "; expected at most " + LONGEST_GRACE.toDays() + "d");
        }
        return grace;
    }

    private Options options() {
        Path folder = config;
        if (folder == null) {
            throw new ParameterException(spec.commandLine(), "--config DIR is missing");
        }
        Path authority = caDir != null ? caDir : dataDir != null ? dataDir.resolve("ca") : null;
        if (authority == null) {
            throw new ParameterException(spec.commandLine(), "--data-dir DIR or --ca-dir DIR is missing");
        }
        try {
            var names = new LinkedHashSet<>(dnsNames);
            names.add("localhost");
            names.add("weft-control-plane.weft-system");
            names.add("weft-control-plane.weft-system.svc");
            names.add("weft-control-plane.weft-system.svc." + MeshSettings.DEFAULT.clusterDomain());
            var others = new LinkedHashSet<InetAddress>();
            addresses.forEach(address -> others.add(InetAddress.ofLiteral(address)));
            return new Options(
                    folder,
                    authority,
                    tokenDir != null ? tokenDir : new AuthorityFolder(authority).tokens(),
                    new TrustDomain(trustDomain),
                    ListenAddress.parse(secureAddress),
                    Optional.ofNullable(plaintextAddress).map(ListenAddress::parse),
                    ListenAddress.parse(httpAddress),
                    accessLog,
                    Durations.parse(certificateTtl),
                    renewalGrace(),
                    names,
                    others,
                    new StreamLimits(streamsPerProxy, StreamLimits.DEFAULT.perIdentity(), StreamLimits.DEFAULT.inAll()),
                    Debounce.DEFAULT,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
