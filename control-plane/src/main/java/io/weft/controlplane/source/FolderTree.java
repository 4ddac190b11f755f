package io.weft.controlplane.source;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The folders and configuration files below a folder. Links are followed, because Kubernetes mounts a ConfigMap as links into a hidden
 * folder that it swaps; names that begin with a dot are skipped, because they are that folder or an editor's.
 *
 * @param folders the watched folder first
 * @param files in the order of their names
 * @param links whether there is a link among them, so that what is reported of one file may concern another
 */
record FolderTree(List<Path> folders, List<Path> files, boolean links) {
    static final int MAX_FILES = 10_000;
    private static final int MAX_DEPTH = 16;

    /** @throws IOException when a folder that is there cannot be read; that must not look as if its files were deleted */
    static FolderTree list(Path root) throws IOException {
        var walk = new Walk();
        walk.enter(root, 0);
        walk.files.sort(null);
        return new FolderTree(walk.folders, walk.files, walk.links);
    }

    private static final class Walk {
        final List<Path> folders = new ArrayList<>();
        final List<Path> files = new ArrayList<>();
        boolean links;
        private final Set<Path> seen = new HashSet<>();

        void enter(Path folder, int depth) throws IOException {
            if (depth > MAX_DEPTH) {
                throw new IOException(folder + ": folders nest deeper than " + MAX_DEPTH);
            }
            if (!seen.add(folder.toRealPath())) {
                return;
            }
            folders.add(folder);
            var below = new ArrayList<Path>();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    String name = entry.getFileName().toString();
                    if (name.startsWith(".")) {
                        continue;
                    }
                    links |= Files.isSymbolicLink(entry);
                    if (Files.isDirectory(entry)) {
                        below.add(entry);
                    } else if (isConfiguration(name) && Files.isRegularFile(entry)) {
                        files.add(entry);
                    }
                }
            }
            if (files.size() > MAX_FILES) {
                throw new IOException(folder + ": more than " + MAX_FILES + " files");
            }
            for (Path next : below) {
                try {
                    enter(next, depth + 1);
                } catch (NoSuchFileException | NotDirectoryException goneMeanwhile) {
                    folders.remove(next);
                }
            }
        }
    }

    static boolean isConfiguration(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }
}
