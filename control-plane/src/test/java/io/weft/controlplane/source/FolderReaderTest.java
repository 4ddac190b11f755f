package io.weft.controlplane.source;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderReaderTest {
    @TempDir
    Path folder;

    private FolderReader reader = new FolderReader(Path.of("."), new ObjectReader("cluster.local"));

    @BeforeEach
    void begin() throws IOException {
        write("a.yaml", "one");
        write("b.yaml", "two");
        reader = new FolderReader(folder, new ObjectReader("cluster.local"));
    }

    private Path write(String file, String name) throws IOException {
        return Files.writeString(
                folder.resolve(file), "apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + "}\n");
    }

    private FolderReader.Pass only(Path... touched) {
        return reader.readOnly(Set.of(touched)).orElseThrow();
    }

    @Test
    void an_edit_reads_the_one_file_and_looks_at_no_other() throws IOException {
        FolderReader.Pass before = reader.read(Set.of());
        Path a = write("a.yaml", "other");
        write("b.yaml", "not reported");
        FolderReader.Pass after = only(a);
        assertThat(after.files()).containsOnlyKeys("a.yaml", "b.yaml");
        assertThat(after.files().get("a.yaml")).isNotEqualTo(before.files().get("a.yaml"));
        assertThat(after.files().get("b.yaml")).isSameAs(before.files().get("b.yaml"));
        assertThat(requireNonNull(reader.read(Set.of()).files().get("b.yaml")).text())
                .contains("not reported");
    }

    @Test
    void files_come_and_go_and_drafts_beside_them_are_not_read() throws IOException {
        reader.read(Set.of());
        Path c = write("c.yaml", "three");
        Path draft = write("c.tmp", "draft");
        Files.delete(folder.resolve("a.yaml"));
        assertThat(only(c, draft, folder.resolve("a.yaml")).files()).containsOnlyKeys("b.yaml", "c.yaml");
    }

    @Test
    void a_file_in_the_middle_of_a_write_is_told() throws IOException {
        reader.read(Set.of());
        Path a = Files.writeString(folder.resolve("a.yaml"), "apiVersion: v1\nki");
        assertThat(only(a).unfinished()).isTrue();
    }

    @Test
    void folders_links_and_hidden_names_need_a_look_at_everything() throws IOException {
        Path below = Files.createDirectories(folder.resolve("below"));
        reader.read(Set.of());
        assertThat(reader.readOnly(Set.of(folder))).isEmpty();
        assertThat(reader.readOnly(Set.of(folder.resolve("..data")))).isEmpty();
        Files.delete(below);
        assertThat(reader.readOnly(Set.of(below))).isEmpty();
        Files.createSymbolicLink(folder.resolve("link.yaml"), folder.resolve("a.yaml"));
        assertThat(reader.readOnly(Set.of(folder.resolve("link.yaml")))).isEmpty();
        reader.read(Set.of());
        assertThat(reader.readOnly(Set.of(folder.resolve("a.yaml")))).isEmpty();
    }
}
