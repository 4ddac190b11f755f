package io.weft.examples.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    @Test
    void a_program_is_known_by_its_own_words_and_not_by_those_of_one_before_it() throws Exception {
        Path log = folder.resolve("some.log");
        assertThat(Program.start("first", log, Map.of(), List.of("echo", "ready"))
                        .exit(SOON))
                .contains(0);
        Program second = Program.start("second", log, Map.of(), List.of("echo", "not yet"));
        assertThat(second.exit(SOON)).contains(0);
        assertThat(second.log()).isEqualTo("not yet\n");
        assertThat(Files.readString(log)).isEqualTo("ready\nnot yet\n");
    }
}
