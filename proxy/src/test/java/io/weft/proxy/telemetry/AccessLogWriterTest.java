package io.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.config.AccessLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class AccessLogWriterTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static void offer(AccessLogWriter writer, int loop, int sink, String line) {
        byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
        writer.offer(loop, sink, bytes, bytes.length);
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static AccessLog.Sink file(Path path) {
        return new AccessLog.Sink.File(path.toString());
    }

    @Test
    void lines_of_all_loops_reach_their_sinks_whole() throws Exception {
        Path one = folder.resolve("one.log");
        Path two = folder.resolve("two.log");
        try (AccessLogWriter writer = new AccessLogWriter(2)) {
            int first = writer.sink(file(one));
            int second = writer.sink(file(two));
            for (int i = 0; i < 1000; i++) {
                offer(writer, i % 2, first, "line " + i + "\n");
                offer(writer, i % 2, second, "other " + i + "\n");
            }
        }

        assertThat(Files.readAllLines(one)).hasSize(1000).contains("line 0", "line 999");
        assertThat(Files.readAllLines(two)).hasSize(1000).allMatch(line -> line.startsWith("other "));
    }

    @Test
    @DisplayName("R31: log pipe blocked")
    void a_pipe_that_nobody_reads_costs_lines_and_no_time() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        String line = "x".repeat(999) + "\n";
        try (AccessLogWriter writer = new AccessLogWriter(1)) {
            int sink = writer.sink(file(pipe));
            long began = System.nanoTime();
            for (int i = 0; i < 5_000; i++) {
                offer(writer, 0, sink, line); // 5 MB; the ring holds 256 KB, and nobody has opened the pipe
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
            assertThat(writer.dropped()).isGreaterThan(4_000);

            try (InputStream reader = Files.newInputStream(pipe)) {
                byte[] read = reader.readNBytes(line.length());
                assertThat(new String(read, StandardCharsets.US_ASCII)).isEqualTo(line);
                // Now the pipe is open and full: still nothing waits.
                for (int i = 0; i < 5_000; i++) {
                    offer(writer, 0, sink, line);
                }
                assertThat(writer.dropped()).isGreaterThan(8_000);
            }
        }
    }

    @Test
    @DisplayName("R31: disk full")
    void a_full_disk_costs_lines_which_are_counted() throws Exception {
        try (AccessLogWriter writer = new AccessLogWriter(1)) {
            offer(writer, 0, writer.sink(file(Path.of("/dev/full"))), "gone\n");
            until(() -> writer.dropped() == 1);
        }
    }

    @Test
    void a_folder_that_is_not_there_costs_lines_until_it_is() throws Exception {
        Path log = folder.resolve("late/access.log");
        try (AccessLogWriter writer = new AccessLogWriter(1)) {
            int sink = writer.sink(file(log));
            offer(writer, 0, sink, "gone\n");
            until(() -> writer.dropped() == 1);
            Files.createDirectory(log.getParent());
            writer.reopen();
            until(() -> {
                offer(writer, 0, sink, "kept\n");
                return Files.exists(log);
            });
        }
        assertThat(Files.readAllLines(log)).isNotEmpty().allMatch("kept"::equals);
    }

    @Test
    void a_log_that_was_moved_away_is_begun_anew_when_told() throws Exception {
        Path log = folder.resolve("access.log");
        Path moved = folder.resolve("access.log.1");
        try (AccessLogWriter writer = new AccessLogWriter(1)) {
            int sink = writer.sink(file(log));
            offer(writer, 0, sink, "before\n");
            until(() -> writer.written() == 1);
            Files.move(log, moved);
            writer.reopen();
            offer(writer, 0, sink, "after\n");
            until(() -> writer.written() == 2);
        }
        assertThat(contents(moved) + contents(log)).isEqualTo("before\nafter\n");
        assertThat(contents(log)).isEqualTo("after\n");
    }

    private static String contents(Path file) throws IOException {
        return Files.readString(file);
    }
}
