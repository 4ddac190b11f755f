package io.weft.controlplane.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weft.controlplane.source.Findings.Finding;
import io.weft.controlplane.source.YamlDocuments.Document;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one file said when it was read.
 *
 * @param stamp tells a file that was not written to since
 * @param text the content; empty when it could not be read
 */
record FileReading(Stamp stamp, String text, List<Reading> readings) {
    static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DOCUMENTS = 1_000;
    private static final int TRIES = 3;

    record Stamp(long size, FileTime modified, @Nullable Object key) {}

    /** Whether the writer may be in the middle of it: a text file ends with a line end. */
    boolean looksUnfinished() {
        return !text.endsWith("\n") && !text.stripTrailing().endsWith("}");
    }

    /** Empty when the file is gone. A text equal to {@code before} is not parsed again. */
    static Optional<FileReading> read(Path file, ObjectReader reader, @Nullable FileReading before) {
        try {
            for (int attempt = 1; ; attempt++) {
                Stamp stamp = stamp(file);
                byte[] bytes = content(file);
                if (stamp(file).equals(stamp) || attempt == TRIES) {
                    return Optional.of(parse(stamp, bytes, reader, before));
                }
            }
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(unreadable("cannot be read: " + e));
        }
    }

    static Stamp stamp(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }

    private static byte[] content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAX_BYTES + 1);
        }
    }

    private static FileReading unreadable(String reason) {
        return new FileReading(new Stamp(-1, FileTime.fromMillis(0), null), "", List.of(unknown(0, reason)));
    }

    private static Reading unknown(int line, String reason) {
        return new Reading.Unknown(List.of(new Finding(line, reason)), line);
    }

    private static FileReading parse(Stamp stamp, byte[] bytes, ObjectReader reader, @Nullable FileReading before) {
        if (bytes.length > MAX_BYTES) {
            return unreadable("is larger than " + MAX_BYTES + " bytes");
        }
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return unreadable("is not UTF-8");
        }
        if (before != null && before.text.equals(text) && before.stamp.size() >= 0) {
            return new FileReading(stamp, text, before.readings);
        }
        var readings = new ArrayList<Reading>();
        List<Document> documents = YamlDocuments.parse(text);
        for (Document document : documents.subList(0, Math.min(documents.size(), MAX_DOCUMENTS))) {
            switch (document) {
                case Document.Parsed parsed -> readings.addAll(reader.read(parsed.root()));
                case Document.Broken broken -> readings.add(unknown(broken.line(), broken.reason()));
            }
        }
        if (documents.size() > MAX_DOCUMENTS) {
            readings.add(unknown(0, "has more than " + MAX_DOCUMENTS + " documents"));
        }
        return new FileReading(stamp, text, List.copyOf(readings));
    }
}
