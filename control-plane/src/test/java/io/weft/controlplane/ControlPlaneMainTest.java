package io.weft.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneMainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void it_prints_the_addresses_that_it_listens_on_and_stops_when_told_to() throws Exception {
        Files.createDirectories(folder.resolve("mesh"));
        var stop = new CountDownLatch(1);
        var pipe = new PipedReader();
        var lines = new PrintWriter(new PipedWriter(pipe), true);
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> ControlPlaneMain.run(
                lines,
                new PrintWriter(err, true),
                stop,
                "--config=" + folder.resolve("mesh"),
                "--data-dir=" + folder.resolve("data"),
                "--secure-grpc-addr=127.0.0.1:0",
                "--http-addr=127.0.0.1:0"));
        var printed = new ArrayList<String>();
        try (var reader = new BufferedReader(pipe)) {
            do {
                printed.add(reader.readLine());
            } while (!"ready".equals(printed.getLast()));
            int port = Integer.parseInt(
                    printed.getFirst().substring(printed.getFirst().lastIndexOf(':') + 1));
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
            }
            stop.countDown();
            assertThat(status.get(20, TimeUnit.SECONDS)).isZero();
        }
        assertThat(printed).noneMatch(line -> line.contains("plaintext"));
        assertThat(folder.resolve("data/ca/root.crt")).exists();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void check_prints_file_line_object_and_reason_and_fails() throws IOException {
        Files.writeString(folder.resolve("bad.yaml"), """
                apiVersion: v1
                kind: Service
                metadata: {name: cart, namespace: shop}
                spec:
                  ports: [{port: 99999}]
                """);
        assertThat(run("check", folder.toString())).isEqualTo(1);
        assertThat(out.toString()).matches("(?s)bad\\.yaml:\\d+: Service shop/cart: .*99999.*");
    }

    @Test
    void check_says_nothing_of_a_good_folder() throws IOException {
        Files.writeString(folder.resolve("good.yaml"), TestMesh.service("shop", "cart", "10.0.0.1"));
        assertThat(run("check", folder.toString())).isZero();
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void a_wrong_address_is_refused_with_what_was_expected() {
        assertThat(run("--config=x", "--data-dir=y", "--secure-grpc-addr=15012x"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("15012x").contains("expected :15012");
    }

    @Test
    void without_a_folder_it_says_which_flag_is_missing() {
        assertThat(run("--data-dir=y")).isEqualTo(2);
        assertThat(err.toString()).contains("--config DIR is missing");
    }

    @Test
    void a_folder_that_does_not_exist_is_named() {
        assertThat(run(
                        "--config=" + folder.resolve("nowhere"),
                        "--data-dir=" + folder.resolve("data"),
                        "--secure-grpc-addr=127.0.0.1:0",
                        "--http-addr=127.0.0.1:0"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("nowhere");
    }

    @Test
    void addresses_are_written_as_istio_s_flags_write_them() {
        assertThat(List.of(":15012", "127.0.0.1:0", "[::1]:15012", "localhost:1").stream()
                        .map(ListenAddress::parse))
                .extracting(address -> address.host().orElse("*") + " " + address.port())
                .containsExactly("* 15012", "127.0.0.1 0", "::1 15012", "localhost 1");
        for (String wrong : List.of("15012", "::1:15012", ":x", ":70000", ":", "[]:1")) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> ListenAddress.parse(wrong)))
                    .as(wrong)
                    .hasMessageContaining("'" + wrong + "'");
        }
    }

    @Test
    void durations_have_a_unit() {
        assertThat(Durations.parse("90s").toSeconds()).isEqualTo(90);
        assertThat(Durations.parse("24h").toHours()).isEqualTo(24);
        for (String wrong : List.of("90", "0s", "-1s", "1w", "")) {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> Durations.parse(wrong)))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private int run(String... args) {
        return ControlPlaneMain.run(
                new PrintWriter(out, true), new PrintWriter(err, true), new CountDownLatch(1), args);
    }
}
