package io.weft.examples.bench;

import io.weft.examples.bench.Scenario.Protocol;
import io.weft.examples.lab.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What all measurements of a run share.
 *
 * @param ports free ones at the client's side; that of the server has none but what the bench starts there, or is the same
 * @param server the server, whose network namespace is that of its side
 * @param http1 the server's port for HTTP/1.1
 * @param http2 the server's port for HTTP/2
 * @param trailers the port of the server that gives trailers; only where a scenario needs it
 */
record Rig(
        Workspace workspace,
        Processes processes,
        Ground ground,
        Configuration configuration,
        Ports ports,
        Process server,
        int http1,
        int http2,
        int trailers) {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

    /** Starts the servers. */
    static Rig create(Workspace workspace, Processes processes, Ground ground, List<Scenario> scenarios) {
        var ports = new Ports();
        int http1 = ports.next();
        int http2 = ports.next();
        int trailers = ports.next();
        var configuration = new Configuration(workspace, ground);
        List<String> backend = configuration.backend(Programs.needed("nginx"), http1, http2);
        Process server = processes.start(ground.atServer(backend), workspace.log("backend"));
        var rig = new Rig(workspace, processes, ground, configuration, ports, server, http1, http2, trailers);
        Probe.awaitGood(
                Scenario.PLAIN, new Address(ground.server(), http1), List.of(server), System.nanoTime(), START_TIMEOUT);
        if (scenarios.stream().anyMatch(scenario -> scenario.protocol() == Protocol.GRPC)) {
            List<String> command = configuration.trailersBackend(Programs.needed("nghttpd"), trailers);
            Probe.awaitListening(
                    new Address(ground.server(), trailers),
                    processes.start(ground.atServer(command), rig.log("trailers")),
                    START_TIMEOUT);
        }
        return rig;
    }

    Path log(String name) {
        return workspace.log(name);
    }

    /** The server's port for what a scenario speaks. */
    int backend(Scenario scenario) {
        return switch (scenario.protocol()) {
            case HTTP1, TCP -> http1;
            case HTTP2 -> http2;
            case GRPC -> trailers;
        };
    }
}
