package io.weft.certs.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes and reads small files for readers in other processes. */
public final class AtomicFile {
    /** Mode 0600: the owner alone. */
    public static final Set<PosixFilePermission> SECRET = PosixFilePermissions.fromString("rw-------");

    /** Mode 0644. */
    public static final Set<PosixFilePermission> PUBLIC = PosixFilePermissions.fromString("rw-r--r--");

    /** Mode 0700, for folders. */
    public static final Set<PosixFilePermission> PRIVATE_FOLDER = PosixFilePermissions.fromString("rwx------");

    private static final int MAX_BYTES = 4 << 20;

    private AtomicFile() {}

    /** Replaces the file's contents in one step; a reader sees the old text or the new one, also after a power cut. */
    public static void write(Path file, String text, Set<PosixFilePermission> permissions) throws IOException {
        Path draft = draft(file, text, permissions);
        try {
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /**
     * Makes the file with its contents in one step, if there is none of that name. Of many that try, in one process or in
     * several, exactly one succeeds, and nobody sees a part of it. Needs a file system with hard links.
     *
     * @return whether this call made it
     */
    public static boolean create(Path file, String text, Set<PosixFilePermission> permissions) throws IOException {
        Path draft = draft(file, text, permissions);
        try {
            Files.createLink(file, draft);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static Path draft(Path file, String text, Set<PosixFilePermission> permissions) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new NoSuchFileException(file.toString(), null, "expected a path with a parent folder");
        }
        // Born with the final mode, so that there is no moment in which others could open it.
        Path draft = Files.createTempFile(
                folder, "." + file.getFileName() + ".", ".new", PosixFilePermissions.asFileAttribute(SECRET));
        try {
            try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.setPosixFilePermissions(draft, permissions);
            return draft;
        } catch (IOException e) {
            Files.deleteIfExists(draft);
            throw e;
        }
    }

    /** Makes the folder and its parents; those that it makes are for the owner alone. */
    public static void privateFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PRIVATE_FOLDER));
        }
    }

    /** The text of a small file. */
    public static String read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MAX_BYTES) {
            throw new IOException(file + " has " + size + " bytes; expected at most " + MAX_BYTES);
        }
        return Files.readString(file);
    }
}
