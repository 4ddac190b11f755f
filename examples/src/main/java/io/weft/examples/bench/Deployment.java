package io.weft.examples.bench;

import io.weft.examples.bench.Place.Role;
import io.weft.examples.bench.ProcFs.Memory;
import io.weft.examples.bench.Scenario.Protocol;
import io.weft.examples.bench.Settings.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The proxies of one peer, in their places between client and server. Used by one thread. */
final class Deployment {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

    private final Rig rig;
    private final Peer peer;
    private final Program program;
    private final Scenario scenario;
    private final List<Place> places;
    private final List<Process> proxies = new ArrayList<>();

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
            deployment.startMissing();
            return deployment;
        } catch (BenchException e) {
            deployment.stop();
            throw e;
        }
    }

    private static List<Place> places(Rig rig, Peer peer, Scenario scenario) {
        int backend = rig.backend(scenario);
        if (peer == Peer.DIRECT) {
            return List.of();
        }
        if (!scenario.mutualTls()) {
            return List.of(new Place(Role.HOP, rig.ports().next(), backend));
        }
        int between = rig.ports().next();
        return List.of(
                new Place(Role.SERVER_SIDE, between, backend),
                new Place(Role.CLIENT_SIDE, rig.ports().next(), between));
    }

    Peer peer() {
        return peer;
    }

    /** Where the client connects. */
    int entry() {
        return places.isEmpty() ? rig.backend(scenario) : places.getLast().listen();
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

    /** The bodies are right, and the server's side talks to nobody without a certificate. */
    void checkWork() throws IOException {
        // Not HTTP/1.1 to a bare HTTP/2 server; there is no proxy to be checked then.
        if (!places.isEmpty() || !scenario.protocol().http2()) {
            Probe.Answer answer = Probe.get(entry(), scenario.content());
            if (!answer.is(scenario.content())) {
                throw new BenchException("expected the " + scenario.content().size() + " bytes of "
                        + scenario.content().path() + "; seen: " + answer);
            }
        }
        if (scenario.protocol() == Protocol.GRPC) {
            Load.checkTrailers(rig, entry());
        }
        String alpn = scenario.protocol().http2() ? "h2" : "http/1.1";
        for (Place place : places) {
            if (place.securesDownstream()
                    && !Probe.refusesWithoutCertificate(
                            place.listen(), scenario.content(), rig.workspace().roots(), alpn)) {
                throw new BenchException("its server's side answers a client without a certificate");
            }
        }
    }

    void stop() {
        rig.processes().stop(proxies);
        proxies.clear();
    }

    private double startMissing() {
        long nanos = 0;
        for (Place place : places.subList(proxies.size(), places.size())) {
            String name = peer.option() + "-" + place.listen();
            List<String> command = rig.configuration().command(peer, program, scenario, place);
            Path log = rig.log(name);
            long since = System.nanoTime();
            Process proxy = rig.processes().start(command, log);
            proxies.add(proxy);
            try {
                // Only the one in front can be asked in plain text, and its answer needs all of them.
                if (place.equals(places.getLast())) {
                    nanos = Probe.awaitGood(place.listen(), scenario.content(), proxy, since, START_TIMEOUT);
                } else {
                    Probe.awaitListening(place.listen(), proxy, START_TIMEOUT);
                }
            } catch (BenchException e) {
                throw new BenchException(e.getMessage() + ended() + logs(), e);
            }
        }
        return nanos / 1e6;
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
                .map(place -> written(rig.log(peer.option() + "-" + place.listen())))
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
