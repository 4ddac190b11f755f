package io.weft.examples.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Files and folders of the lab: which user may see them, whatever the umask is. */
public final class LabFiles {
    private LabFiles() {}

    static Path openFolder(Path folder) {
        return folder(folder, "rwxr-xr-x");
    }

    static Path privateFolder(Path folder, Account owner) {
        folder(folder, "rwx------");
        return give(folder, owner);
    }

    private static Path folder(Path folder, String permissions) {
        try {
            Files.createDirectories(folder);
            return Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes an account the owner of a file or folder. */
    public static Path give(Path path, Account owner) {
        try {
            Files.setAttribute(path, "unix:uid", owner.id(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", owner.id(), LinkOption.NOFOLLOW_LINKS);
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces a file as a whole: who reads sees the old text or the new one. Every user may read it. */
    public static Path write(Path file, String text) {
        return write(file, text, "rw-r--r--");
    }

    static Path write(Path file, String text, String permissions) {
        try {
            Path draft = file.resolveSibling("." + file.getFileName() + ".new");
            Files.writeString(draft, text, StandardCharsets.UTF_8);
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString(permissions));
            return Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether every user may read this file or all of this folder's own entries, and get there. */
    static boolean everybodyMayRead(Path path) {
        try {
            Path real = path.toRealPath();
            if (!permitted(real, PosixFilePermission.OTHERS_READ)) {
                return false;
            }
            for (@Nullable Path at = Files.isDirectory(real) ? real : real.getParent();
                    at != null;
                    at = at.getParent()) {
                if (!permitted(at, PosixFilePermission.OTHERS_EXECUTE)) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean permitted(Path path, PosixFilePermission permission) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class)
                .permissions()
                .contains(permission);
    }

    /** Copies a file or a tree; every user may read the copy. */
    static void copy(Path source, Path target) {
        Command.ok("cp", "-rL", "--preserve=timestamps", source.toString(), target.toString());
        Command.ok("chmod", "-R", "a+rX", target.toString());
    }

    static void removeTree(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> deepestFirst =
                    tree.sorted(java.util.Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
