package io.weft.controlplane.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads all files of a folder, and those that did not change only once. */
final class FolderReader {
    private final Path root;
    private final ObjectReader reader;
    private SortedMap<String, FileReading> last = new TreeMap<>();
    private FolderTree tree = new FolderTree(List.of(), List.of(), true);

    FolderReader(Path root, ObjectReader reader) {
        this.root = root;
        this.reader = reader;
    }

    /**
     * @param folders all folders that were read
     * @param files by path below the root
     * @param unfinished whether a changed file looks as if its writer was in the middle of it
     */
    record Pass(List<Path> folders, SortedMap<String, FileReading> files, boolean unfinished) {}

    /** @param touched files to read again even if their stamp is the same */
    Pass read(Set<Path> touched) throws IOException {
        tree = FolderTree.list(root);
        var files = new TreeMap<String, FileReading>();
        boolean unfinished = false;
        for (Path file : tree.files()) {
            String name = root.relativize(file).toString();
            FileReading before = last.get(name);
            if (before != null && !touched.contains(file) && sameStamp(file, before)) {
                files.put(name, before);
                continue;
            }
            FileReading now = FileReading.read(file, reader, before).orElse(null);
            if (now != null) {
                files.put(name, now);
                unfinished |= isUnfinished(before, now);
            }
        }
        last = Collections.unmodifiableSortedMap(files);
        return new Pass(tree.folders(), last, unfinished);
    }

    /**
     * Reads these again and takes the others as they were; so one edit in a large folder costs one file. Empty when that is not enough,
     * because folders or links are concerned.
     *
     * @param touched all that has changed since files were last read
     */
    Optional<Pass> readOnly(Set<Path> touched) {
        if (tree.links() || !touched.stream().allMatch(this::isPlainFile)) {
            return Optional.empty();
        }
        var files = new TreeMap<>(last);
        boolean unfinished = false;
        for (Path file : touched) {
            if (FolderTree.isConfiguration(file.getFileName().toString())) {
                String name = root.relativize(file).toString();
                FileReading before = last.get(name);
                FileReading now = FileReading.read(file, reader, before).orElse(null);
                if (now == null) {
                    files.remove(name);
                } else {
                    files.put(name, now);
                    unfinished |= isUnfinished(before, now);
                }
            }
        }
        if (files.size() > FolderTree.MAX_FILES) {
            return Optional.empty();
        }
        last = Collections.unmodifiableSortedMap(files);
        return Optional.of(new Pass(tree.folders(), last, unfinished));
    }

    /** Or was one, and is gone. A name that begins with a dot may be what links lead to. */
    private boolean isPlainFile(Path path) {
        Path name = path.getFileName();
        return name != null
                && !name.toString().startsWith(".")
                && !tree.folders().contains(path)
                && (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                        || Files.notExists(path, LinkOption.NOFOLLOW_LINKS));
    }

    private static boolean isUnfinished(@Nullable FileReading before, FileReading now) {
        return (before == null || !before.text().equals(now.text())) && now.looksUnfinished();
    }

    private static boolean sameStamp(Path file, FileReading before) {
        try {
            return FileReading.stamp(file).equals(before.stamp());
        } catch (IOException e) {
            return false;
        }
    }
}
