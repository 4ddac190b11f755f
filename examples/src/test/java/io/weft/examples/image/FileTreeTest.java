package io.weft.examples.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileTreeTest {

    @Test
    void entries_stand_in_order_after_the_folders_that_they_are_in() {
        FileTree tree = FileTree.of(List.of(
                new Entry.Text("var/b/file", ""),
                new Entry.Link("bin", "usr/bin"),
                new Entry.Folder("var", 0700, 1337)));

        assertThat(tree.entries())
                .containsExactly(
                        new Entry.Link("bin", "usr/bin"),
                        new Entry.Folder("var", 0700, 1337),
                        new Entry.Folder("var/b", 0755, 0),
                        new Entry.Text("var/b/file", ""));
    }

    @Test
    void one_path_has_one_entry() {
        assertThatThrownBy(
                        () -> FileTree.of(List.of(new Entry.Text("etc/group", "a"), new Entry.Text("etc/group", "b"))))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("etc/group");
    }

    @Test
    void no_file_is_written_through_a_link() {
        assertThatThrownBy(() -> FileTree.of(List.of(new Entry.Link("bin", "usr/bin"), new Entry.Text("bin/sh", ""))))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("bin/sh");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/etc", "etc/", "a//b", "../a", "a/../b", "a/.", "."})
    void a_path_stays_inside(String path) {
        assertThatThrownBy(() -> FileTree.of(List.of(new Entry.Text(path, "")))).isInstanceOf(ImageException.class);
    }

    @Test
    void tar_reads_what_was_written(@TempDir Path folder) throws IOException {
        Path source = Files.writeString(folder.resolve("source"), "x".repeat(1000));
        String deep = "d".repeat(60) + "/" + "e".repeat(60) + "/file";
        Path file = folder.resolve("a.tar");
        try (var out = Files.newOutputStream(file)) {
            var tar = new TarWriter(out, Instant.parse("2026-01-01T00:00:00Z"));
            for (Entry entry : FileTree.of(List.of(
                            new Entry.Folder("tmp", 01777, 0),
                            new Entry.Folder("home", 0700, 1337),
                            new Entry.Copied("program", true, source),
                            new Entry.Text(deep, "text"),
                            new Entry.Link("link", "program")))
                    .entries()) {
                tar.add(entry);
            }
            tar.finish();
        }

        assertThat(Tool.run(folder, List.of("tar", "--numeric-owner", "--utc", "-tvf", file.toString()))
                        .lines()
                        .map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "drwxr-xr-x 0/0 0 2026-01-01 00:00 " + "d".repeat(60) + "/",
                        "drwxr-xr-x 0/0 0 2026-01-01 00:00 " + "d".repeat(60) + "/" + "e".repeat(60) + "/",
                        "-rw-r--r-- 0/0 4 2026-01-01 00:00 " + deep,
                        "drwx------ 1337/1337 0 2026-01-01 00:00 home/",
                        "lrwxrwxrwx 0/0 0 2026-01-01 00:00 link -> program",
                        "-rwxr-xr-x 0/0 1000 2026-01-01 00:00 program",
                        "drwxrwxrwt 0/0 0 2026-01-01 00:00 tmp/");
    }

    @Test
    void a_path_that_does_not_fit_is_refused_by_name() {
        String path = "a/" + "b".repeat(200);
        assertThatThrownBy(() -> new TarWriter(java.io.OutputStream.nullOutputStream(), Instant.EPOCH)
                        .add(new Entry.Text(path, "")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(path);
    }
}
