package io.weft.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.RehearsalLength;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.UnsupportedFields;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class EnvoyOptionsTest {

    @TempDir
    private Path folder;

    @Test
    void a_command_line_written_for_envoy_is_understood() {
        EnvoyOptions options = options(
                "--mode",
                "validate",
                "--concurrency",
                "2",
                "--drain-time-s",
                "45",
                "-l",
                "debug",
                "--component-log-level",
                "xds:trace,pool:off",
                "--base-id",
                "3",
                "--restart-epoch",
                "0",
                "--disable-hot-restart",
                "--use-dynamic-base-id",
                "--parent-shutdown-time-s",
                "60");
        EnvoyOptions.Given given = options.given();
        assertThat(given.mode()).isEqualTo(EnvoyOptions.Mode.VALIDATE);
        assertThat(given.concurrency()).isEqualTo(2);
        assertThat(given.drain()).isEqualTo(Duration.ofSeconds(45));
        assertThat(given.logLevel()).isEqualTo(Level.DEBUG);
        assertThat(given.componentLevels()).isEqualTo(Map.of("xds", Level.TRACE, "pool", Level.OFF));
        assertThat(options.configured()).isFalse();
    }

    @Test
    void nothing_given_means_envoys_defaults() {
        EnvoyOptions.Given given = options().given();
        assertThat(given.mode()).isEqualTo(EnvoyOptions.Mode.SERVE);
        assertThat(given.concurrency()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(given.drain()).isEqualTo(Duration.ofMinutes(10));
        assertThat(given.rehearsal()).isEqualTo(RehearsalLength.of(300));
        assertThat(options("--rehearsal-requests", "0").given().rehearsal().requests())
                .isZero();
        assertThat(given.logLevel()).isEqualTo(Level.INFO);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--concurrency=-1        | --concurrency -1: expected 0 to 1024",
                "--drain-time-s=-5       | --drain-time-s -5: expected 0 to 86400",
                "--rehearsal-requests=-1 | --rehearsal-requests: rehearsal of -1 requests: expected 0 to 100000",
                "--component-log-level=x | --component-log-level \"x\": expected NAME:LEVEL",
                "--component-log-level=x:loud | --component-log-level \"loud\": expected trace, debug, info, warning,"
                        + " error, critical or off"
            })
    void a_value_out_of_range_is_named_with_its_option(String argument, String message) {
        assertThatCode(() -> options(argument).given()).hasMessage(message);
    }

    @Test
    void a_word_that_no_option_knows_is_named() {
        assertThatCode(() -> options("--mode", "init_only"))
                .hasMessageContaining("--mode")
                .hasMessageContaining("\"init_only\": expected serve or validate");
        assertThatCode(() -> options("--unsupported", "ignore")).hasMessageContaining("expected reject or warn");
    }

    @Test
    void options_win_over_the_file_and_yaml_is_laid_over_it() throws IOException {
        Path file = Files.writeString(
                folder.resolve("envoy.yaml"),
                "node: { id: file, cluster: c }\nstatic_resources: { clusters: [{ name: a }] }");
        EnvoyOptions options = options(
                "-c",
                file.toString(),
                "--config-yaml",
                "node: { cluster: d }\nstatic_resources: { clusters: [{ name: b }] }",
                "--service-node",
                "me",
                "--service-zone",
                "z");
        assertThat(options.configured()).isTrue();
        Bootstrap bootstrap = options.bootstrap(new Parsers(UnsupportedFields.rejected()));
        assertThat(bootstrap.node()).isEqualTo(new Bootstrap.Node("me", "d", "", "z", "", "{}"));
        assertThat(bootstrap.clusters()).extracting(cluster -> cluster.name()).containsExactly("a", "b");
    }

    @Test
    void without_any_configuration_the_options_that_give_one_are_named() {
        assertThatCode(() -> options().bootstrap(new Parsers(UnsupportedFields.rejected())))
                .hasMessage("no configuration: expected --config-path FILE or --config-yaml YAML");
    }

    private static EnvoyOptions options(String... arguments) {
        CommandSpec spec = CommandSpec.create();
        EnvoyOptions options = new EnvoyOptions(spec);
        new CommandLine(spec).parseArgs(arguments);
        return options;
    }
}
