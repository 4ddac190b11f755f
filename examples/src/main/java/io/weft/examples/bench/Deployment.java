package io.weft.examples.bench;

import io.weft.examples.bench.Place.Role;
import io.weft.examples.bench.ProcFs.Memory;
import io.weft.examples.bench.Scenario.Protocol;
import io.weft.examples.bench.Scenario.Source;
import io.weft.examples.bench.Settings.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The proxies of one peer, in their places between client and server. Used by one thread. */
final class Deployment {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final Rig rig;
    private final Peer peer;
    private final Program program;
    private final Scenario scenario;
    private final List<Place> places;
    private final List<Process> proxies = new ArrayList<>();
    private @Nullable Guide guide;
    private long clientSideSince;

    private Deployment(Rig rig, Peer peer, Program program, Scenario scenario, List<Place> places) {
        this.rig = rig;
        this.peer = peer;
        this.program = program;
        this.scenario = scenario;
        this.places = places;
    }

    /**
     * Starts the proxies from the server's side to the client's, and waits for a right answer through all of them.
     *
     * @throws BenchException when there is none; nothing is left running then
     */
    static Deployment start(Rig rig, Peer peer, Program program, Scenario scenario) {
        var deployment = new Deployment(rig, peer, program, scenario, places(rig, peer, scenario));
        try {
            if (scenario.source() != Source.FILE) {
                deployment.guide = Guide.start(rig, scenario, deployment.places.getLast());
            }
            deployment.startMissing();
            return deployment;
        } catch (BenchException e) {
            deployment.stop();
            throw e;
        }
    }

    private static List<Place> places(Rig rig, Peer peer, Scenario scenario) {
        var backend = new Address(Ground.LOCAL, rig.backend(scenario));
        if (peer == Peer.DIRECT) {
            return List.of();
        }
        var between = new Address(rig.ground().server(), rig.ports().next());
        if (!scenario.mutualTls()) {
            return List.of(new Place(Role.HOP, between, backend));
        }
        // Where there are many services, their endpoints are all addresses that the server's side has.
        var listen = scenario.clusters() == 0 ? between : new Address("0.0.0.0", between.port());
        return List.of(
                new Place(Role.SERVER_SIDE, listen, backend),
                new Place(
                        Role.CLIENT_SIDE,
                        new Address(Ground.LOCAL, rig.ports().next()),
                        between,
                        scenario.saysWhenReady(peer)
                                ? new Address(Ground.LOCAL, rig.ports().next())
                                : null));
    }

    Peer peer() {
        return peer;
    }

    /** Where the client connects. */
    Address entry() {
        return places.isEmpty()
                ? new Address(rig.ground().server(), rig.backend(scenario))
                : places.getLast().listen();
    }

    double cpuSeconds() {
        return proxies.stream().mapToDouble(ProcFs::cpuSeconds).sum();
    }

    /** Of the larger of the proxies. */
    Memory memory() {
        return proxies.stream().map(ProcFs::memory).reduce(Memory.NONE, Memory::max);
    }

    /** Of the client's proxy. */
    Memory clientSideMemory() {
        return ProcFs.memory(proxies.getLast());
    }

    /** Starts the client's proxy anew; milliseconds from exec to the first right answer through it. */
    double restartClientSide() {
        rig.processes().stop(List.of(proxies.removeLast()));
        return startMissing();
    }

    /** Waits until the client's proxy says that it is ready; milliseconds from its exec to that. Empty where it says no such thing. */
    OptionalDouble awaitReady() {
        Address admin = places.getLast().admin();
        return admin == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(Probe.awaitReady(admin, proxies.getLast(), clientSideSince, START_TIMEOUT) / 1e6);
    }

    /** The bodies are right, and the server's side talks to nobody without a certificate. */
    void checkWork() throws IOException {
        Probe.ask(scenario, entry());
        if (scenario.protocol() == Protocol.GRPC) {
            H2Load.checkTrailers(rig, entry());
        }
        for (Place place : places) {
            if (place.securesDownstream()
                    && !Probe.refusesWithoutCertificate(
                            scenario, reached(place), rig.workspace().roots())) {
                throw new BenchException("its server's side answers a client without a certificate");
            }
        }
    }

    /** Asks every host once, over one connection. */
    void askEach(List<String> hosts) {
        try (var connection = KeptConnection.open(scenario.protocol(), scenario.content(), entry())) {
            for (String host : hosts) {
                try {
                    connection.ask(host);
                } catch (IOException e) {
                    throw new BenchException("host " + host + ": " + e.getMessage(), e);
                }
            }
        } catch (IOException e) {
            throw new BenchException(entry() + ": " + e.getMessage(), e);
        }
    }

    void stop() {
        rig.processes().stop(proxies);
        proxies.clear();
        if (guide != null) {
            guide.close();
        }
    }

    /** Where the client's side finds a proxy. */
    private Address reached(Place place) {
        return place.atServer()
                ? new Address(rig.ground().server(), place.listen().port())
                : place.listen();
    }

    private Launch launch(Place place) {
        if (guide != null && !place.atServer()) {
            return guide.launch(peer, program);
        }
        List<String> command = rig.configuration().command(peer, program, scenario, place);
        return new Launch(place.atServer() ? rig.ground().atServer(command) : command);
    }

    private double startMissing() {
        long nanos = 0;
        for (Place place : places.subList(proxies.size(), places.size())) {
            Launch launch = launch(place);
            Path log = rig.log(Configuration.name(peer, place));
            long since = System.nanoTime();
            clientSideSince = since; // the client's side is started last
            Process proxy = rig.processes().start(launch, log);
            proxies.add(proxy);
            try {
                // Only the one in front can be asked in plain text, and its answer needs all of them.
                if (place.equals(places.getLast())) {
                    nanos = Probe.awaitGood(scenario, reached(place), proxies, since, START_TIMEOUT);
                } else {
                    Probe.awaitListening(reached(place), proxy, START_TIMEOUT);
                }
            } catch (BenchException e) {
                throw new BenchException(e.getMessage() + refused() + ended() + logs(), e);
            }
        }
        return nanos / 1e6;
    }

    private String refused() {
        return guide == null || guide.refusals().isEmpty() ? "" : "; it refused: " + guide.refusals();
    }

    /** A proxy behind the one that was asked may be the one that is missing. */
    private String ended() {
        var text = new StringBuilder();
        for (int i = 0; i < proxies.size(); i++) {
            if (!proxies.get(i).isAlive()) {
                text.append("; ")
                        .append(places.get(i).role())
                        .append(" ended with ")
                        .append(proxies.get(i).exitValue());
            }
        }
        return text.toString();
    }

    /** What the proxies wrote, to be read in the report of a failure. */
    private String logs() {
        return places.stream()
                .map(place -> written(rig.log(Configuration.name(peer, place))))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("\n", "\n", ""))
                .stripTrailing();
    }

    private static String written(Path log) {
        try {
            return Files.readString(log).strip();
        } catch (IOException absent) {
            return "";
        }
    }
}
