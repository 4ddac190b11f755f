package io.weft.examples.image;

import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Entries by their paths, each once, each after the folder that it is in. */
record FileTree(List<Entry> entries) {
    private static final int OPEN_FOLDER = 0755;

    FileTree {
        entries = List.copyOf(entries);
    }

    /**
     * Puts them in order and adds the folders that they are in.
     *
     * @throws ImageException when two entries have one path, or one leads out of the root
     */
    static FileTree of(Collection<? extends Entry> entries) {
        SortedMap<String, Entry> byPath = new TreeMap<>();
        for (Entry entry : entries) {
            if (!entry.path().matches("[^/]+(/[^/]+)*") || ("/" + entry.path() + "/").matches(".*/[.][.]?/.*")) {
                throw new ImageException("\"" + entry.path() + "\" is not a path inside of an image");
            }
            Entry other = byPath.putIfAbsent(entry.path(), entry);
            if (other != null) {
                throw new ImageException(
                        "two files of the image have the path " + entry.path() + ": " + other + " and " + entry);
            }
        }
        for (Entry entry : entries) {
            String path = entry.path();
            for (int end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
                String folder = path.substring(0, end);
                Entry there = byPath.computeIfAbsent(folder, p -> new Entry.Folder(p, OPEN_FOLDER, Entry.ROOT));
                if (!(there instanceof Entry.Folder)) {
                    throw new ImageException(path + " of the image is in " + folder + ", which is no folder");
                }
            }
        }
        return new FileTree(List.copyOf(byPath.values()));
    }
}
