package io.weft.proxy.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What tells one state of a file from another, whether it was replaced by a rename, by a symbolic link that is swapped (Kubernetes) or
 * written in place.
 */
public record FileStamp(
        Path real, FileTime modified, long size, @Nullable Object file) {

    /** @throws IOException whose message names the file and says what is wrong with it */
    public static List<FileStamp> of(List<Path> files) throws IOException {
        List<FileStamp> stamps = new ArrayList<>();
        for (Path file : files) {
            try {
                stamps.add(of(file));
            } catch (NoSuchFileException e) {
                throw new IOException(file + ": no such file", e);
            } catch (AccessDeniedException e) {
                throw new IOException(file + ": permission denied", e);
            }
        }
        return List.copyOf(stamps);
    }

    private static FileStamp of(Path file) throws IOException {
        Path real = file.toRealPath();
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        // A pipe or device could block the reader for ever.
        if (!attributes.isRegularFile()) {
            throw new IOException(file + ": not a regular file");
        }
        if (!Files.isReadable(real)) {
            throw new IOException(file + ": permission denied");
        }
        return new FileStamp(real, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }
}
