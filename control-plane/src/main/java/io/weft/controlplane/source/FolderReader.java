package io.weft.controlplane.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads all files of a folder, and those that did not change only once. */
final class FolderReader {
    private final Path root;
    private final ObjectReader reader;
    private SortedMap<String, FileReading> last = new TreeMap<>();

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
        FolderTree tree = FolderTree.list(root);
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
                unfinished |= (before == null || !before.text().equals(now.text())) && now.looksUnfinished();
            }
        }
        last = files;
        return new Pass(tree.folders(), Collections.unmodifiableSortedMap(files), unfinished);
    }

    private static boolean sameStamp(Path file, FileReading before) {
        try {
            return FileReading.stamp(file).equals(before.stamp());
        } catch (IOException e) {
            return false;
        }
    }
}
