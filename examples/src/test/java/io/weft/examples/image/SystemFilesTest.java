package io.weft.examples.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemFilesTest {
    private static final String LIBRARIES = "lib/x86_64-linux-gnu/";

    /** The program of this JVM: for glibc on x86-64, as what is shipped. */
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin/java");

    @TempDir
    private Path folder = Path.of("");

    private final List<DebianPackage> packages = new ArrayList<>();

    @BeforeEach
    void offer() throws IOException {
        offer("busybox", "bin/busybox", "usr/share/doc/busybox/copyright");
        offer("nftables", "usr/sbin/nft", "usr/share/doc/nftables/copyright");
        offer("netbase", "etc/protocols", "etc/services", "usr/share/doc/netbase/copyright");
        offer("base-files", "etc/os-release", "etc/debian_version", "usr/share/doc/base-files/copyright");
        DebianPackage libc = offer(
                "libc6", LIBRARIES + "ld-2.so", LIBRARIES + "libunused.so.1", "usr/share/doc/libc6-terms/copyright");
        Files.createDirectories(libc.files().resolve("lib64"));
        Files.createSymbolicLink(
                libc.files().resolve("lib64/ld-linux-x86-64.so.2"), Path.of("/" + LIBRARIES + "ld-2.so"));
        Files.createSymbolicLink(libc.files().resolve("usr/share/doc/libc6"), Path.of("libc6-terms"));
        for (String library : Elf.read(JAVA).orElseThrow().libraries()) {
            if (library.equals("libjli.so")) {
                continue;
            }
            Files.writeString(libc.files().resolve(LIBRARIES + library), "");
        }
        offer("zlib1g", "usr/" + LIBRARIES + "libz.so.1", "usr/share/doc/zlib1g/copyright");
    }

    private DebianPackage offer(String name, String... files) throws IOException {
        Path root = folder.resolve(name);
        for (String file : files) {
            Files.createDirectories(root.resolve(file).resolveSibling(""));
            Files.writeString(root.resolve(file), "");
        }
        var one = new DebianPackage(name, "1", "Package: " + name + "\nVersion: 1\n", root);
        packages.add(one);
        return one;
    }

    /** The program with a library of its own, which is not looked for elsewhere. */
    private FileTree shipped() {
        return FileTree.of(List.of(
                new Entry.Copied("opt/weft/runtime/bin/java", true, JAVA),
                new Entry.Copied("opt/weft/runtime/lib/libjli.so", false, folder.resolve("busybox/bin/busybox"))));
    }

    @Test
    void a_program_brings_its_loader_and_libraries_and_their_terms_and_nothing_else() throws IOException {
        SystemFiles.Selection selection = SystemFiles.select(packages, List.of(shipped()));

        List<String> paths =
                selection.tree().entries().stream().map(Entry::path).toList();
        assertThat(paths)
                .contains(
                        "usr/lib64/ld-linux-x86-64.so.2",
                        "usr/" + LIBRARIES + "ld-2.so",
                        "usr/" + LIBRARIES + "libc.so.6",
                        "usr/share/doc/libc6-terms/copyright",
                        "var/lib/dpkg/status.d/libc6")
                .doesNotContain(
                        "usr/" + LIBRARIES + "libunused.so.1", "usr/" + LIBRARIES + "libz.so.1", "etc/services");
        assertThat(selection.packages())
                .extracting(DebianPackage::name)
                .contains("libc6")
                .doesNotContain("zlib1g");
    }

    @Test
    void a_library_that_no_package_has_is_named_with_what_needs_it() throws IOException {
        Files.delete(folder.resolve("libc6/" + LIBRARIES + "libc.so.6"));

        assertThatThrownBy(() -> SystemFiles.select(packages, List.of(shipped())))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("libc.so.6")
                .hasMessageContaining("bin/java");
    }

    @Test
    void a_package_without_its_terms_of_use_is_not_taken() throws IOException {
        Files.delete(folder.resolve("busybox/usr/share/doc/busybox/copyright"));

        assertThatThrownBy(() -> SystemFiles.select(packages, List.of(shipped())))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("usr/share/doc/busybox/copyright");
    }

    @Test
    void what_is_no_program_needs_nothing() throws IOException {
        assertThat(Elf.read(folder.resolve("busybox/bin/busybox"))).isEmpty();
        assertThat(Elf.read(JAVA).orElseThrow().loader()).contains("/lib64/ld-linux-x86-64.so.2");
    }
}
