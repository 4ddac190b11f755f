package io.weft.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * What a closed loop did: each connection sends its next request when it has the answer to the last.
 *
 * @param requests that were answered
 * @param bytes received, heads included where the tool counts them
 * @param errors connections that failed, answers of the wrong status, and timeouts
 */
record Load(long requests, double seconds, long bytes, long errors, double p50Ms, double p99Ms) {
    private static final Pattern WRK = Pattern.compile("(?m)^figures (\\d+) (\\d+) (\\d+) (\\d+) (\\d+) (\\d+)$");
    private static final Pattern H2_TIME = Pattern.compile("finished in ([0-9.]+)(s|ms|us),");
    private static final Pattern H2_REQUESTS =
            Pattern.compile("(\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout");
    private static final Pattern H2_BYTES = Pattern.compile("traffic: \\S+ \\((\\d+)\\) total");
    private static final int GRACE_SECONDS = 30;
    private static final long LONGEST_US = 60_000_000;

    double requestsPerSecond() {
        return requests / seconds;
    }

    /** Loads a port at full speed, with the tool that speaks the protocol, one thread and 16 requests at a time. */
    static Load saturate(Rig rig, Scenario scenario, int port, int seconds, Runnable meanwhile) {
        long connections = ProcFs.acceptedConnections();
        Load load = switch (scenario.protocol()) {
            case HTTP1 -> wrk(rig, scenario.content(), 16, port, seconds, meanwhile);
            case TCP -> wrk(rig, scenario.content(), 4, port, seconds, meanwhile);
            case HTTP2 -> h2load(rig, scenario.content(), List.of(), port, seconds, meanwhile);
            case GRPC -> h2load(rig, scenario.content(), call(rig), port, seconds, meanwhile);
        };
        if (load.requests() == 0
                || load.bytes() < load.requests() * scenario.content().size()) {
            throw new BenchException("load on port " + port + ": expected answers of "
                    + scenario.content().size() + " bytes; seen: " + load);
        }
        long opened = ProcFs.acceptedConnections() - connections;
        if (scenario.newConnections() && port != rig.backend(scenario) && opened < load.requests()) {
            throw new BenchException("load on port " + port + ": expected a new connection per request; seen: " + opened
                    + " for " + load.requests());
        }
        return load;
    }

    /** What makes a request a call as gRPC's: POST, its headers, and a message of 95 bytes with its prefix of 5. */
    private static List<String> call(Rig rig) {
        return List.of(
                "-d",
                rig.workspace().folder().resolve("www" + Content.CALL.path()).toString(),
                "-H",
                "content-type: application/grpc",
                "-H",
                "te: trailers");
    }

    /** A call's answer ends with the trailer that the server gives. */
    static void checkTrailers(Rig rig, int port) {
        var command = new ArrayList<>(
                List.of(Programs.needed("nghttp").toString(), "-v", "-n", "-t5", url(port, Content.CALL)));
        command.addAll(call(rig));
        String seen = rig.processes().run(command, rig.log("nghttp"), GRACE_SECONDS, () -> {});
        if (!seen.contains(":status: 200") || !seen.contains("grpc-status: 0")) {
            throw new BenchException("expected the status 200 and the trailer grpc-status: 0; seen: " + seen);
        }
    }

    private static Load wrk(Rig rig, Content content, int connections, int port, int seconds, Runnable meanwhile) {
        Path script = rig.workspace().write("wrk-report.lua", Template.text("wrk-report.lua") + "\n");
        String output = rig.processes()
                .run(
                        List.of(
                                Programs.needed("wrk").toString(),
                                "-t1",
                                "-c" + connections,
                                "-d" + seconds + "s",
                                "--timeout",
                                "10s",
                                "-s",
                                script.toString(),
                                url(port, content)),
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

    private static Load h2load(
            Rig rig, Content content, List<String> options, int port, int seconds, Runnable meanwhile) {
        Path requests = rig.log("h2load-requests");
        try {
            // It appends to what is there.
            Files.deleteIfExists(requests);
            var command = new ArrayList<>(List.of(
                    Programs.needed("h2load").toString(),
                    "-t1",
                    "-c4",
                    "-m4",
                    "-D" + seconds,
                    "--log-file=" + requests));
            command.addAll(options);
            command.add(url(port, content));
            String output = rig.processes().run(command, rig.log("h2load"), seconds + GRACE_SECONDS, meanwhile);
            Matcher time = H2_TIME.matcher(output);
            Matcher counts = H2_REQUESTS.matcher(output);
            Matcher bytes = H2_BYTES.matcher(output);
            if (!time.find() || !counts.find() || !bytes.find()) {
                throw new BenchException("h2load gave no figures: " + output);
            }
            Histogram latency = latencies(requests);
            double unit = "s".equals(time.group(2)) ? 1 : "ms".equals(time.group(2)) ? 1e-3 : 1e-6;
            return new Load(
                    Long.parseLong(counts.group(1)),
                    Double.parseDouble(time.group(1)) * unit,
                    Long.parseLong(bytes.group(1)),
                    Long.parseLong(counts.group(2)) + Long.parseLong(counts.group(4)),
                    latency.getValueAtPercentile(50) / 1e3,
                    latency.getValueAtPercentile(99) / 1e3);
        } catch (IOException e) {
            throw new BenchException(requests + ": " + e.getMessage(), e);
        }
    }

    /** One line per request: when it began, the status, and how long it took, in microseconds. */
    private static Histogram latencies(Path requests) throws IOException {
        var histogram = new Histogram(LONGEST_US, 3);
        try (Stream<String> lines = Files.lines(requests)) {
            lines.map(line -> line.split("\t"))
                    .filter(fields -> fields.length == 3)
                    .mapToLong(fields -> Long.parseLong(fields[2]))
                    .forEach(us -> histogram.recordValue(Math.min(us, LONGEST_US)));
        }
        return histogram;
    }

    private static String url(int port, Content content) {
        return "http://127.0.0.1:" + port + content.path();
    }
}
