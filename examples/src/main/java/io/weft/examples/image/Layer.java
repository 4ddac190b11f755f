package io.weft.examples.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;

/**
 * A part of an image's root as a blob.
 *
 * @param title what is in it
 * @param content the digest of the archive as it is unpacked, which a configuration names
 * @param blob the digest of the packed one
 * @param file where the packed one is
 */
record Layer(String title, Digest content, Descriptor blob, Path file) {
    /** Packs as well as the default, within a few percent, in half the time. */
    private static final int LEVEL = 4;

    private static final int BUFFER = 1 << 16;

    /** Writes the blob into a folder. */
    static Layer write(String title, FileTree tree, Instant time, Path folder) throws IOException {
        Path draft = Files.createTempFile(folder, "layer", ".tar.gz");
        MessageDigest packed = Digest.sha256();
        MessageDigest unpacked = Digest.sha256();
        try (var file = new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(draft), BUFFER), packed);
                var gzip = new Gzip(file);
                var out = new BufferedOutputStream(new DigestOutputStream(gzip, unpacked), BUFFER)) {
            var tar = new TarWriter(out, time);
            for (Entry entry : tree.entries()) {
                tar.add(entry);
            }
            tar.finish();
        }
        Digest content = Digest.finished(unpacked);
        return new Layer(
                title, content, new Descriptor(Descriptor.LAYER, Digest.finished(packed), Files.size(draft)), draft);
    }

    /** Its header has no time and no name, so that the same content has the same bytes. */
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(LEVEL);
        }
    }
}
