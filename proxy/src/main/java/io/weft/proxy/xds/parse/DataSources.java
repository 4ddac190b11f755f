package io.weft.proxy.xds.parse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a resource may take from the host it is read on: files and environment variables. */
public interface DataSources {

    /** A file larger than this is refused. */
    int MAX_BYTES = 1024 * 1024;

    /** @throws IOException whose message says what is wrong with the file */
    byte[] file(String path) throws IOException;

    /** @throws IOException whose message says what is wrong with the file, also if it is not UTF-8 */
    default String text(String path) throws IOException {
        byte[] bytes = file(path);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException(bytes.length + " bytes: expected UTF-8 text", e);
        }
    }

    /** @return null where the variable is not set */
    @Nullable
    String environment(String name);

    static DataSources ofHost() {
        return new DataSources() {
            @Override
            public byte[] file(String path) throws IOException {
                Path file = Path.of(path);
                if (!Files.exists(file)) {
                    throw new NoSuchFileException(path, null, "no such file");
                }
                // A pipe or device could block the reader for ever.
                if (!Files.isRegularFile(file)) {
                    throw new IOException("not a regular file");
                }
                if (!Files.isReadable(file)) {
                    throw new IOException("permission denied");
                }
                if (Files.size(file) > MAX_BYTES) {
                    throw new IOException(Files.size(file) + " bytes: expected at most " + MAX_BYTES);
                }
                return Files.readAllBytes(file);
            }

            @Override
            public @Nullable String environment(String name) {
                return System.getenv(name);
            }
        };
    }
}
