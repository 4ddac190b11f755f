package io.weft.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.proxy.testing.Endpoint;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.testing.RunningProxy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** h2spec 2.2.0, the conformance suite of HTTP/2 servers, in strict mode; its binary comes from Maven Central (H-04). */
@Timeout(180)
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class H2SpecTest {

    private static final int CASES = 146;

    /**
     * Netty's handling of frames on closed streams and of even stream ids; other servers share it. Anything else that
     * fails is ours.
     */
    private static final List<String> KNOWN = List.of("5.1/6", "5.1/12", "5.1.1/2");

    private static final Pattern SECTION = Pattern.compile("\\s*(\\d+(?:\\.\\d+)*)\\. .*");
    private static final Pattern FAILED = Pattern.compile("\\s*[×✗xX] (\\d+): .*");
    private static final Pattern TOTAL = Pattern.compile("(\\d+) tests, (\\d+) passed, (\\d+) skipped, (\\d+) failed");

    @Test
    void the_server_end_conforms_to_http2_H_04(@TempDir Path folder) throws Exception {
        Path binary = unpack(folder);
        try (Endpoint app = Endpoint.saying("hello from the endpoint");
                RunningProxy proxy = new RunningProxy(Fixture.http(Fixture.cluster("app", app.port())))) {
            Path report = folder.resolve("report.txt");
            Process process = new ProcessBuilder(
                            binary.toString(), "--strict", "-o", "2", "-h", "127.0.0.1", "-p", "" + proxy.port())
                    .redirectErrorStream(true)
                    .redirectOutput(report.toFile())
                    .start();
            try {
                assertThat(process.waitFor(150, TimeUnit.SECONDS)).isTrue();
            } finally {
                process.destroyForcibly();
            }
            String text = Files.readString(report);
            Matcher total = TOTAL.matcher(text);
            assertThat(total.find()).as(text).isTrue();
            assertThat(Integer.parseInt(total.group(1))).isEqualTo(CASES);
            assertThat(Integer.parseInt(total.group(3))).as("skipped").isZero();
            assertThat(failures(text))
                    .as(text)
                    .isSubsetOf(KNOWN)
                    .as("all that failed are named")
                    .hasSize(Integer.parseInt(total.group(4)));
        }
    }

    private static Set<String> failures(String report) {
        Set<String> found = new TreeSet<>();
        String section = "";
        for (String line : report.split("\n", -1)) {
            Matcher heading = SECTION.matcher(line);
            Matcher failed = FAILED.matcher(line);
            if (failed.matches()) {
                found.add(section + "/" + failed.group(1));
            } else if (heading.matches()) {
                section = heading.group(1);
            }
        }
        return found;
    }

    private static Path unpack(Path folder) throws IOException, InterruptedException {
        Path archive = folder.resolve("h2spec.tar.gz");
        try (InputStream from = H2SpecTest.class.getResourceAsStream("/h2spec/2.2.0/h2spec_linux_amd64.tar.gz")) {
            Files.copy(Objects.requireNonNull(from, "h2spec is not on the class path"), archive);
        }
        Process tar = new ProcessBuilder("tar", "xzf", archive.toString(), "-C", folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tar.waitFor()).as(said).isZero();
        return folder.resolve("h2spec");
    }
}
