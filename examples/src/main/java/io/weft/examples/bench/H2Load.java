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

/** The load generator for HTTP/2, with one thread. */
final class H2Load {
    private static final Pattern TIME = Pattern.compile("finished in ([0-9.]+)(s|ms|us),");
    private static final Pattern REQUESTS =
            Pattern.compile("(\\d+) succeeded, (\\d+) failed, (\\d+) errored, (\\d+) timeout");
    private static final Pattern BYTES = Pattern.compile("traffic: \\S+ \\((\\d+)\\) total");
    private static final int GRACE_SECONDS = 30;
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private H2Load() {}

    /** 4 connections of 4 streams, each of which sends its next request when it has the last answer. */
    static Load saturate(Rig rig, Scenario scenario, Address to, int seconds, Runnable meanwhile) {
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
            command.addAll(scenario.protocol() == Scenario.Protocol.GRPC ? call(rig) : List.of());
            command.add(Load.url(to, scenario.content()));
            String output = rig.processes().run(command, rig.log("h2load"), seconds + GRACE_SECONDS, meanwhile);
            return load(output, latencies(requests));
        } catch (IOException e) {
            throw new BenchException(requests + ": " + e.getMessage(), e);
        }
    }

    private static Load load(String output, Histogram latency) {
        Matcher time = TIME.matcher(output);
        Matcher counts = REQUESTS.matcher(output);
        Matcher bytes = BYTES.matcher(output);
        if (!time.find() || !counts.find() || !bytes.find()) {
            throw new BenchException("h2load gave no figures: " + output);
        }
        double unit = "s".equals(time.group(2)) ? 1 : "ms".equals(time.group(2)) ? 1e-3 : 1e-6;
        return new Load(
                Long.parseLong(counts.group(1)),
                Double.parseDouble(time.group(1)) * unit,
                Long.parseLong(bytes.group(1)),
                Long.parseLong(counts.group(2)) + Long.parseLong(counts.group(4)),
                latency.getValueAtPercentile(50) / 1e6,
                latency.getValueAtPercentile(99) / 1e6);
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
    static void checkTrailers(Rig rig, Address to) {
        var command = new ArrayList<>(
                List.of(Programs.needed("nghttp").toString(), "-v", "-n", "-t5", Load.url(to, Content.CALL)));
        command.addAll(call(rig));
        String seen = rig.processes().run(command, rig.log("nghttp"), GRACE_SECONDS, () -> {});
        if (!seen.contains(":status: 200") || !seen.contains("grpc-status: 0")) {
            throw new BenchException("expected the status 200 and the trailer grpc-status: 0; seen: " + seen);
        }
    }

    /** One line per request: when it began, the status, and how long it took, in microseconds. */
    private static Histogram latencies(Path requests) throws IOException {
        var histogram = new Histogram(LONGEST_NANOS, 3);
        try (Stream<String> lines = Files.lines(requests)) {
            lines.map(line -> line.split("\t"))
                    .filter(fields -> fields.length == 3)
                    .mapToLong(fields -> Long.parseLong(fields[2]) * 1_000)
                    .forEach(nanos -> histogram.recordValue(Math.min(nanos, LONGEST_NANOS)));
        }
        return histogram;
    }
}
