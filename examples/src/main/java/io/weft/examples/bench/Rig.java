package io.weft.examples.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What all measurements of a run share.
 *
 * @param http1 the server's port for HTTP/1.1
 * @param http2 the server's port for HTTP/2
 * @param trailers the port of the server that gives trailers; only where a scenario needs it
 */
record Rig(
        Workspace workspace,
        Processes processes,
        Configuration configuration,
        Ports ports,
        int http1,
        int http2,
        int trailers) {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

    /** Starts the servers. */
    static Rig create(Workspace workspace, Processes processes, List<Scenario> scenarios) {
        var ports = new Ports();
        var rig = new Rig(
                workspace, processes, new Configuration(workspace), ports, ports.next(), ports.next(), ports.next());
        List<String> backend = rig.configuration.backend(Programs.needed("nginx"), rig.http1, rig.http2);
        Process server = processes.start(backend, rig.log("backend"));
        Probe.awaitGood(rig.http1, Content.SMALL, server, System.nanoTime(), START_TIMEOUT);
        if (scenarios.stream().anyMatch(scenario -> scenario.protocol() == Scenario.Protocol.GRPC)) {
            List<String> command = rig.configuration.trailersBackend(Programs.needed("nghttpd"), rig.trailers);
            Probe.awaitListening(rig.trailers, processes.start(command, rig.log("trailers")), START_TIMEOUT);
        }
        return rig;
    }

    Path log(String name) {
        return workspace.folder().resolve(name + ".log");
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
