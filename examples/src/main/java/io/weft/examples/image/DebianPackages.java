package io.weft.examples.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Fetches packages from where this machine's apt is told to find them, signatures checked by apt, and unpacks them; nothing is
 * installed. What was fetched before is used again as long as apt names it by the same digest.
 */
final class DebianPackages {
    /** {@code 'URI' file size SHA256:digest}. */
    private static final Pattern LOCATED = Pattern.compile("'[^']+' (\\S+) \\d+ SHA256:([0-9a-f]{64})");

    private static final String DOCUMENTATION = "usr/share/doc";

    private final Path folder;
    private final List<String> options = new ArrayList<>(List.of("-q", "-o", "APT::Sandbox::User=root"));

    private boolean ownLists;

    /** @param folder where they are kept */
    DebianPackages(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /**
     * These packages, and those that hold the terms of use of one of them.
     *
     * @throws ImageException naming what cannot be fetched
     */
    List<DebianPackage> fetch(List<String> names) throws IOException {
        Files.createDirectories(archives());
        var packages = new ArrayList<DebianPackage>();
        List<String> next = names;
        while (!next.isEmpty()) {
            for (Located located : fetched(next)) {
                packages.add(unpack(archives().resolve(located.file)));
            }
            next = documentedElsewhere(packages);
        }
        return packages;
    }

    private record Located(String file, String digest) {}

    private List<Located> fetched(List<String> names) throws IOException {
        try {
            return locatedAndThere(names);
        } catch (ImageException e) {
            if (ownLists) {
                throw e;
            }
            try {
                updateOwnLists();
                return locatedAndThere(names);
            } catch (ImageException again) {
                again.addSuppressed(e);
                throw new ImageException(
                        e.getMessage() + "\nand with lists of packages that are new: " + again.getMessage(), again);
            }
        }
    }

    private List<Located> locatedAndThere(List<String> names) throws IOException {
        List<Located> located = locate(names);
        download(located);
        return located;
    }

    private List<Located> locate(List<String> names) {
        var command = new ArrayList<>(List.of("--print-uris", "download"));
        command.addAll(names);
        // Not where the archives are: it says nothing of those that it finds in the folder that it runs in.
        Matcher lines = LOCATED.matcher(apt(folder, command));
        var located = new ArrayList<Located>();
        while (lines.find()) {
            located.add(new Located(lines.group(1), lines.group(2)));
        }
        for (String name : names) {
            if (located.stream().noneMatch(one -> nameOf(one.file).equals(name))) {
                throw new ImageException(
                        "apt-get finds no package " + name + " with a SHA-256; packages of the image: " + names);
            }
        }
        return located;
    }

    private static String nameOf(String file) {
        return file.substring(0, Math.max(0, file.indexOf('_')));
    }

    private void download(List<Located> all) throws IOException {
        var missing = new ArrayList<String>();
        for (Located one : all) {
            if (!isThere(one)) {
                missing.add(nameOf(one.file));
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        var command = new ArrayList<>(List.of("download"));
        command.addAll(missing);
        apt(archives(), command);
        for (Located one : all) {
            if (!isThere(one)) {
                throw new ImageException(
                        archives().resolve(one.file) + " was not fetched with the SHA-256 " + one.digest);
            }
        }
    }

    private boolean isThere(Located one) throws IOException {
        Path file = archives().resolve(one.file);
        return Files.isRegularFile(file) && Digest.of(file).hex().equals(one.digest);
    }

    /** The machine's lists of packages may be missing or old, and are not for us to change. */
    private void updateOwnLists() throws IOException {
        Path lists = Files.createDirectories(folder.resolve("lists"));
        Files.createDirectories(lists.resolve("partial"));
        Path cache = folder.resolve("cache");
        Files.createDirectories(cache.resolve("archives/partial"));
        options.addAll(List.of("-o", "Dir::State::Lists=" + lists, "-o", "Dir::Cache=" + cache));
        ownLists = true;
        apt(folder, List.of("update"));
    }

    private Path archives() {
        return folder.resolve("archives");
    }

    private String apt(Path in, List<String> arguments) {
        var command = new ArrayList<>(List.of("apt-get"));
        command.addAll(options);
        command.addAll(arguments);
        return Tool.run(in, command);
    }

    private DebianPackage unpack(Path archive) throws IOException {
        Path files = Files.createDirectories(folder.resolve("unpacked")).resolve("" + archive.getFileName());
        remove(files);
        Tool.run(folder, List.of("dpkg-deb", "--extract", archive.toString(), files.toString()));
        return DebianPackage.of(Tool.run(folder, List.of("dpkg-deb", "--field", archive.toString())), files);
    }

    /** Some packages are one work with another one, and say so by a link to its folder of documentation. */
    private static List<String> documentedElsewhere(List<DebianPackage> packages) throws IOException {
        var others = new TreeSet<String>();
        for (DebianPackage one : packages) {
            Path documentation = one.files().resolve(DOCUMENTATION).resolve(one.name());
            if (Files.isSymbolicLink(documentation)) {
                others.add("" + Files.readSymbolicLink(documentation).getFileName());
            }
        }
        packages.forEach(one -> others.remove(one.name()));
        return List.copyOf(others);
    }

    private static void remove(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
