package io.weft.examples.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The part of a distribution that Weft's programs need: a shell, ip, iptables and nft, and the libraries of all of them. From the
 * packages it takes only what these need to be loaded, and each package's terms of use.
 */
final class SystemFiles {
    /** Those of a JDK that was built elsewhere need only the first; one of the distribution may need the next three. */
    static final List<String> PACKAGES = List.of(
            "libc6",
            "libgcc-s1",
            "libstdc++6",
            "zlib1g",
            "base-files",
            "netbase",
            "busybox",
            "iptables",
            "libip4tc2",
            "libip6tc2",
            "libxtables12",
            "libmnl0",
            "libnfnetlink0",
            "libnetfilter-conntrack3",
            "libnftnl11",
            "nftables",
            "libnftables1",
            "libgmp10",
            "libjansson4",
            "libedit2",
            "libtinfo6",
            "libbsd0",
            "libmd0");

    private static final String LIBRARIES = "usr/lib/x86_64-linux-gnu/";
    private static final String DOCUMENTATION = "usr/share/doc/";

    /** The distribution's two layouts as one: what is in {@code /bin} is in {@code /usr/bin}. */
    private static final Set<String> MERGED = Set.of("bin", "sbin", "lib", "lib64");

    private static final List<String> WHOLE = List.of(
            // The shell, and ip.
            "usr/bin/busybox",
            "usr/sbin/nft",
            // iptables prints the names of protocols as they are here.
            "etc/protocols",
            // By these a scanner knows whose the packages are.
            "etc/os-release",
            "etc/debian_version");

    /** Back ends, tables and matches of iptables, which loads the latter by itself; the texts that terms of use refer to. */
    private static final String PATTERN = "usr/sbin/ip6?tables-(nft|legacy)(-save|-restore)?"
            + "|" + LIBRARIES + "xtables/lib(xt|ipt|ip6t)_[A-Za-z0-9_]+[.]so"
            + "|usr/share/common-licenses/.+";

    private final Map<String, Found> available = new HashMap<>();
    private final Map<String, Entry> taken = new TreeMap<>();
    private final Map<String, DebianPackage> used = new TreeMap<>();

    private SystemFiles() {}

    /** What was chosen of the packages, and of which. */
    record Selection(FileTree tree, List<DebianPackage> packages) {}

    private record Found(DebianPackage of, Path file) {}

    /**
     * Chooses what an image of these files needs beside them.
     *
     * @throws ImageException naming a file that is in no package, and what needs it
     */
    static Selection select(List<DebianPackage> packages, Collection<FileTree> shipped) throws IOException {
        var files = new SystemFiles();
        for (DebianPackage one : packages) {
            files.offer(one);
        }
        for (String path : WHOLE) {
            files.take(path, "every image");
        }
        for (String path : List.copyOf(files.available.keySet())) {
            if (path.matches(PATTERN)) {
                files.take(path, "iptables");
            }
        }
        files.takeFor(shipped);
        for (DebianPackage one : List.copyOf(files.used.values())) {
            files.takeTerms(one);
        }
        return new Selection(FileTree.of(files.withOwn()), List.copyOf(files.used.values()));
    }

    private void offer(DebianPackage one) throws IOException {
        try (Stream<Path> files = Files.walk(one.files())) {
            for (Path file : files.toList()) {
                if (Files.isSymbolicLink(file) || Files.isRegularFile(file)) {
                    available.putIfAbsent(merged(one.files().relativize(file).toString()), new Found(one, file));
                }
            }
        }
    }

    private static String merged(String path) {
        int slash = path.indexOf('/');
        return slash > 0 && MERGED.contains(path.substring(0, slash)) ? "usr/" + path : path;
    }

    private void take(String path, String neededBy) throws IOException {
        if (taken.containsKey(path)) {
            return;
        }
        Found found = available.get(path);
        if (found == null) {
            throw new ImageException(path + ", which " + neededBy + " needs, is in none of the packages " + PACKAGES);
        }
        used.put(found.of.name(), found.of);
        if (Files.isSymbolicLink(found.file)) {
            Path target = Files.readSymbolicLink(found.file);
            taken.put(path, new Entry.Link(path, target.toString()));
            take(resolved(path, target), path);
            return;
        }
        taken.put(path, new Entry.Copied(path, Files.isExecutable(found.file), found.file));
        Optional<Elf> elf = Elf.read(found.file);
        if (elf.isPresent()) {
            takeLibraries(elf.get(), Set.of(), path);
        }
    }

    private static String resolved(String link, Path target) {
        Path folder = Path.of("/" + link).resolveSibling("");
        return merged(folder.resolve(target).normalize().toString().substring(1));
    }

    private void takeLibraries(Elf elf, Set<String> own, String of) throws IOException {
        for (String library : elf.libraries()) {
            if (!own.contains(library)) {
                take(LIBRARIES + library, of);
            }
        }
        if (elf.loader().isPresent()) {
            take(merged(elf.loader().get().substring(1)), of);
        }
    }

    private void takeFor(Collection<FileTree> shipped) throws IOException {
        List<Entry.Copied> files = shipped.stream()
                .flatMap(tree -> tree.entries().stream())
                .flatMap(entry -> entry instanceof Entry.Copied copied ? Stream.of(copied) : Stream.empty())
                .toList();
        var own = new LinkedHashSet<String>();
        for (Entry.Copied file : files) {
            own.add(file.path().substring(file.path().lastIndexOf('/') + 1));
        }
        for (Entry.Copied file : files) {
            Optional<Elf> elf = Elf.read(file.source());
            if (elf.isPresent()) {
                takeLibraries(elf.get(), own, file.path());
            }
        }
    }

    private void takeTerms(DebianPackage one) throws IOException {
        String folder = DOCUMENTATION + one.name();
        Found link = available.get(folder);
        if (link == null) {
            take(folder + "/copyright", one.name());
            return;
        }
        // A folder that is a link to that of another package.
        Path target = Files.readSymbolicLink(link.file);
        taken.put(folder, new Entry.Link(folder, target.toString()));
        take(resolved(folder, target) + "/copyright", one.name());
    }

    private List<Entry> withOwn() {
        var entries = new ArrayList<>(taken.values());
        MERGED.forEach(folder -> entries.add(new Entry.Link(folder, "usr/" + folder)));
        entries.add(new Entry.Link("usr/bin/sh", "busybox"));
        entries.add(new Entry.Link("usr/sbin/ip", "../bin/busybox"));
        // A package's script would make these at its installation.
        for (String tool : List.of("iptables", "ip6tables")) {
            for (String suffix : List.of("", "-save", "-restore")) {
                entries.add(new Entry.Link("usr/sbin/" + tool + suffix, tool + "-nft" + suffix));
            }
        }
        int user = Configuration.USER;
        entries.add(new Entry.Text("etc/passwd", """
                root:x:0:0:root:/root:/bin/sh
                weft:x:%1$d:%1$d:Weft:/var/lib/weft:/usr/sbin/nologin
                nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
                """.formatted(user)));
        entries.add(new Entry.Text("etc/group", """
                root:x:0:
                weft:x:%d:
                nogroup:x:65534:
                """.formatted(user)));
        entries.add(new Entry.Text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"));
        for (DebianPackage one : used.values()) {
            // Where scanners look for the packages of an image that has no database of them.
            entries.add(new Entry.Text("var/lib/dpkg/status.d/" + one.name(), one.control()));
        }
        for (String folder : List.of("dev", "proc", "sys", "etc/weft")) {
            entries.add(new Entry.Folder(folder, 0755, Entry.ROOT));
        }
        entries.add(new Entry.Folder("root", 0700, Entry.ROOT));
        entries.add(new Entry.Folder("tmp", 01777, Entry.ROOT));
        // A new volume that is mounted here belongs to the programs.
        entries.add(new Entry.Folder("run/weft", 0755, user));
        entries.add(new Entry.Folder("var/lib/weft", 0700, user));
        return entries;
    }
}
