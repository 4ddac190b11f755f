package io.weft.controlplane.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is refused, and in which words: one file holds the input and, below the line, the problems. {@code -Dgolden.update=true}
 * writes those anew.
 */
final class RefusalTest {
    private static final Path CASES = Path.of("src/test/resources/refused");
    private static final String LINE = "===== problems\n";

    @TempDir
    Path folder;

    @TestFactory
    List<DynamicTest> problems() throws IOException {
        try (Stream<Path> files = Files.list(CASES)) {
            return files.sorted()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)))
                    .toList();
        }
    }

    private void check(Path file) throws IOException {
        String content = Files.readString(file);
        String input = content.split(LINE, 2)[0];
        Path copy = folder.resolve("mesh.yaml");
        Files.writeString(copy, input);
        MeshLoad load = FolderCheck.load(folder, MeshSettings.DEFAULT);
        String actual = input
                + LINE
                + load.problems().stream().map(problem -> problem + "\n").collect(Collectors.joining());
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, actual);
            return;
        }
        assertThat(actual).isEqualTo(content);
    }
}
