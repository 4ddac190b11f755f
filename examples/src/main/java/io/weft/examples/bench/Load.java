package io.weft.examples.bench;

import io.weft.examples.bench.Scenario.Protocol;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a closed loop did: each connection sends its next request when it has the answer to the last.
 *
 * @param requests that were answered
 * @param bytes received, heads included where the tool counts them
 * @param errors connections that failed, answers of the wrong status, and timeouts
 */
record Load(long requests, double seconds, long bytes, long errors, double p50Ms, double p99Ms) {
    private static final Pattern WRK = Pattern.compile("(?m)^figures (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)$");
    private static final int AT_A_TIME = 16;
    private static final int GRACE_SECONDS = 30;

    double requestsPerSecond() {
        return requests / seconds;
    }

    /** Loads at full speed, with the tool that speaks the protocol, one thread and 16 requests at a time. */
    static Load saturate(Rig rig, Scenario scenario, Address to, int seconds, Runnable meanwhile) {
        return saturate(rig, scenario, to, List.of(to.toString()), seconds, meanwhile);
    }

    /** The same, with requests to one host after the other; several in HTTP/1.1 only. */
    static Load saturate(Rig rig, Scenario scenario, Address to, List<String> hosts, int seconds, Runnable meanwhile) {
        long connections = ProcFs.acceptedConnections(rig.server());
        Load load = scenario.protocol().http2()
                ? H2Load.saturate(rig, scenario, to, seconds, meanwhile)
                : wrk(rig, scenario, to, hosts, seconds, meanwhile);
        int size = scenario.content().size();
        if (load.requests() == 0 || load.bytes() < load.requests() * size) {
            throw new BenchException("load at " + to + ": expected answers of " + size + " bytes; seen: " + load);
        }
        long opened = ProcFs.acceptedConnections(rig.server()) - connections;
        // A connection that was made for a request of an earlier load may be left for one of this.
        if (scenario.newConnections() && opened < load.requests() - AT_A_TIME) {
            throw new BenchException("load at " + to + ": expected a new connection per request; seen: " + opened
                    + " for " + load.requests());
        }
        return load;
    }

    private static Load wrk(
            Rig rig, Scenario scenario, Address to, List<String> hosts, int seconds, Runnable meanwhile) {
        String several = hosts.size() == 1
                ? ""
                : Template.render(
                        "wrk-hosts.lua",
                        Map.of(
                                "hosts",
                                hosts.stream().map(host -> "\"" + host + "\"").collect(Collectors.joining(", "))));
        Path script = rig.workspace().write("wrk.lua", Template.text("wrk-report.lua") + "\n" + several + "\n");
        String output = rig.processes()
                .run(
                        List.of(
                                Programs.needed("wrk").toString(),
                                "-t1",
                                "-c" + (scenario.protocol() == Protocol.TCP ? 4 : AT_A_TIME),
                                "-d" + seconds + "s",
                                "--timeout",
                                "10s",
                                "-s",
                                script.toString(),
                                url(to, scenario.content())),
                        rig.log("wrk"),
                        seconds + GRACE_SECONDS,
                        meanwhile);
        Matcher figures = WRK.matcher(output);
        if (!figures.find()) {
            throw new BenchException("wrk gave no figures: " + output);
        }
        return new Load(
                Long.parseLong(figures.group(1)),
                Long.parseLong(figures.group(2)) / 1e6,
                Long.parseLong(figures.group(3)),
                Long.parseLong(figures.group(4)),
                Long.parseLong(figures.group(5)) / 1e3,
                Long.parseLong(figures.group(6)) / 1e3);
    }

    static String url(Address to, Content content) {
        return "http://" + to + content.path();
    }
}
