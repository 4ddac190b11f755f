package io.weft.proxy.xds.parse;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The text of each file as it was when it was first asked for, one copy for all who ask. What cannot be read is tried again. */
final class FilesOnce implements DataSources {

    private final DataSources sources;
    private final Map<String, String> texts = new ConcurrentHashMap<>();

    FilesOnce(DataSources sources) {
        this.sources = sources;
    }

    @Override
    public byte[] file(String path) throws IOException {
        return sources.file(path);
    }

    @Override
    public String text(String path) throws IOException {
        String known = texts.get(path);
        if (known == null) {
            known = sources.text(path);
            texts.put(path, known);
        }
        return known;
    }

    @Override
    public @Nullable String environment(String name) {
        return sources.environment(name);
    }
}
