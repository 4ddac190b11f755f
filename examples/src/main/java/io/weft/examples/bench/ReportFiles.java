package io.weft.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where a report goes beside the standard output. */
final class ReportFiles {
    @Option(names = "--json", paramLabel = "FILE", description = "Write every sample there.")
    private @Nullable Path json;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write the tables there as Markdown.")
    private @Nullable Path markdown;

    void write(String asJson, String asMarkdown) throws IOException {
        if (json != null) {
            Files.writeString(json, asJson);
        }
        if (markdown != null) {
            Files.writeString(markdown, asMarkdown);
        }
    }
}
