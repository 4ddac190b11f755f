package io.weft.examples.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;

/** tcpdump at a bridge: whole packets of all that crosses it. */
public final class Capture {
    private static final Duration START = Duration.ofSeconds(10);

    private static final String LAST = "weft-capture-ends-here";

    private final Namespace host;
    private final Program tcpdump;
    private final Path file;

    private Capture(Namespace host, Program tcpdump, Path file) {
        this.host = host;
        this.tcpdump = tcpdump;
        this.file = file;
    }

    /** @param filter in the language of {@code pcap-filter(7)} */
    static Capture start(Namespace host, Path file, String filter) {
        Program tcpdump = Program.start(
                "tcpdump",
                file.resolveSibling(file.getFileName() + ".log"),
                Map.of(),
                host.inside(List.of(
                        "tcpdump",
                        "--immediate-mode",
                        "-Z",
                        "root",
                        "-n",
                        "-U",
                        "-s",
                        "0",
                        "-B",
                        "16384",
                        "-i",
                        Network.BRIDGE,
                        "-w",
                        file.toString(),
                        "(" + filter + ") or udp port 9")));
        tcpdump.awaitLog("listening on", START);
        return new Capture(host, tcpdump, file);
    }

    /**
     * Ends it.
     *
     * @throws LabException when the kernel dropped packets, since then it proves nothing
     */
    public Captured stop() {
        // What was sent before this packet is in the file when this one is.
        host.exec("bash", "-c", "echo " + LAST + " > /dev/udp/ff02::1%" + Network.BRIDGE + "/9");
        if (!Await.that(START, () -> read(0).count(LAST) > 0)) {
            throw tcpdump.failure("does not write what it sees");
        }
        tcpdump.stop();
        Matcher captured = tcpdump.awaitLog("(\\d+) packets? captured", START);
        Matcher dropped = tcpdump.awaitLog("(\\d+) packets? dropped by kernel", START);
        if (!dropped.group(1).equals("0")) {
            throw tcpdump.failure("lost " + dropped.group(1) + " packets");
        }
        return read(Long.parseLong(captured.group(1)));
    }

    private Captured read(long packets) {
        try {
            return new Captured(packets, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What was seen.
     *
     * @param bytes the file as tcpdump wrote it
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Captured(long packets, byte[] bytes) {

        /** How often a text stands in it, as it is. */
        public int count(String marker) {
            return count(marker.getBytes(StandardCharsets.UTF_8));
        }

        /** How often these bytes stand in it. */
        public int count(byte[] wanted) {
            int count = 0;
            for (int at = 0; at <= bytes.length - wanted.length; at++) {
                if (bytes[at] == wanted[0] && matches(at, wanted)) {
                    count++;
                }
            }
            return count;
        }

        private boolean matches(int at, byte[] wanted) {
            for (int i = 1; i < wanted.length; i++) {
                if (bytes[at + i] != wanted[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
