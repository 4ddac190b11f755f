package io.weft.examples.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What all measurements of a run share.
 *
 * @param http1 the server's port for HTTP/1.1
 * @param http2 the server's port for HTTP/2
 */
record Rig(Workspace workspace, Processes processes, Configuration configuration, Ports ports, int http1, int http2) {
    /** Starts the server. */
    static Rig create(Workspace workspace, Processes processes) {
        var ports = new Ports();
        var rig = new Rig(workspace, processes, new Configuration(workspace), ports, ports.next(), ports.next());
        List<String> backend = rig.configuration.backend(Programs.needed("nginx"), rig.http1, rig.http2);
        Process server = processes.start(backend, rig.log("backend"));
        Probe.awaitGood(rig.http1, Content.SMALL, server, System.nanoTime(), Duration.ofSeconds(10));
        return rig;
    }

    Path log(String name) {
        return workspace.folder().resolve(name + ".log");
    }

    /** The server's port for what a scenario speaks. */
    int backend(Scenario scenario) {
        return scenario.protocol() == Scenario.Protocol.HTTP2 ? http2 : http1;
    }
}
