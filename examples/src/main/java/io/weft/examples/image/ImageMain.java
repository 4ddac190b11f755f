package io.weft.examples.image;

import io.weft.examples.lab.Distribution;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weft image}. Exit status: 0 written, 1 it cannot be made, 2 wrong arguments. */
@Command(
        name = "weft image",
        mixinStandardHelpOptions = true,
        description = {
            "Writes one image for all four programs, linux/amd64, as an OCI archive: no daemon, no registry, no root.",
            "Busybox, iptables, nft and the libraries of all are taken from packages that apt-get fetches and that are not",
            "installed; a label and /var/lib/dpkg/status.d of the image say which. It runs as 1337:1337 and needs no writable file."
        },
        footer = {
            "",
            "Examples:",
            "  weft image && podman load -i target/weft-image.tar",
            "  podman run --rm --read-only weft:VERSION proxy -h"
        })
public final class ImageMain implements Callable<Integer> {
    private static final String TAG = "[a-z0-9]+([._/:-]+[a-z0-9]+)*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--output", paramLabel = "FILE", description = "Where it goes (default: target/weft-image.tar).")
    private @Nullable Path output;

    @Option(names = "--tag", paramLabel = "NAME:TAG", description = "What it is called (default: weft:VERSION).")
    private @Nullable String tag;

    private ImageMain() {}

    public static void main(String[] args) {
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    static int run(PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new ImageMain())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((e, commandLine, _) -> {
                    commandLine.getErr().println("weft image: " + e.getMessage());
                    return 1;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws IOException {
        if (tag != null && !tag.matches(TAG)) {
            throw new ParameterException(
                    spec.commandLine(), "--tag " + tag + ": expected a name and a tag, such as weft:0.1.0");
        }
        Path root = Distribution.root();
        Path to = output == null ? root.resolve("target/weft-image.tar") : output.toAbsolutePath();
        String told = System.getenv("WEFT_DIST");
        OciArchive image = make(
                told == null ? root.resolve("dist") : Path.of(told), root.resolve("target/image-packages"), to, tag);
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s: %s, %d MB, manifest %s%n", to, image.tag(), Files.size(to) / 1_000_000, image.digest());
        out.printf("podman load -i %s%n", to);
        out.flush();
        return 0;
    }

    /**
     * Makes an image of the shipped layout.
     *
     * @param packages where packages that were fetched are kept
     * @param name {@code null} for {@code weft:} and the version
     */
    static OciArchive make(Path dist, Path packages, Path output, @Nullable String name) throws IOException {
        ShippedFiles shipped = ShippedFiles.in(dist);
        SystemFiles.Selection system = SystemFiles.select(
                new DebianPackages(packages).fetch(SystemFiles.PACKAGES),
                shipped.trees().values());
        Files.createDirectories(output.resolveSibling(""));
        Path folder = Files.createTempDirectory(output.resolveSibling(""), ".weft-image");
        try {
            var trees = new ArrayList<Part>();
            trees.add(new Part("system files of " + names(system), system.tree()));
            shipped.trees().forEach((title, tree) -> trees.add(new Part(title, tree)));
            // They are packed side by side: this is what takes the time.
            List<Layer> layers = trees.parallelStream()
                    .map(part -> layer(part, shipped, folder))
                    .toList();
            var image = new OciArchive(
                    new Configuration(shipped.time(), labels(shipped, system), layers),
                    name == null ? "weft:" + shipped.version() : name);
            image.write(output);
            return image;
        } finally {
            try (Stream<Path> blobs = Files.list(folder)) {
                for (Path blob : blobs.toList()) {
                    Files.delete(blob);
                }
            }
            Files.delete(folder);
        }
    }

    private record Part(String title, FileTree tree) {}

    private static Layer layer(Part part, ShippedFiles shipped, Path folder) {
        try {
            return Layer.write(part.title(), part.tree(), shipped.time(), folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SortedMap<String, String> labels(ShippedFiles shipped, SystemFiles.Selection system) {
        var labels = new TreeMap<String, String>();
        labels.put("org.opencontainers.image.title", "Weft");
        labels.put(
                "org.opencontainers.image.description", "A service mesh on the JVM: proxy, init, control plane, certs");
        labels.put("org.opencontainers.image.version", shipped.version());
        labels.put("org.opencontainers.image.licenses", "Apache-2.0");
        labels.put("io.weft.packages", packages(system));
        return labels;
    }

    private static String names(SystemFiles.Selection system) {
        return system.packages().stream().map(DebianPackage::name).collect(Collectors.joining(" "));
    }

    private static String packages(SystemFiles.Selection system) {
        return system.packages().stream()
                .map(one -> one.name() + "=" + one.version())
                .collect(Collectors.joining(" "));
    }
}
