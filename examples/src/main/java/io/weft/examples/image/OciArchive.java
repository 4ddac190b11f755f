package io.weft.examples.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * An image as one file: the OCI image layout in a tar archive.
 *
 * @param tag its name and version, such as {@code weft:0.1.0}
 */
record OciArchive(Configuration configuration, String tag) {

    String manifest() {
        var json = new JsonObject();
        json.addProperty("schemaVersion", 2);
        json.addProperty("mediaType", Descriptor.MANIFEST);
        json.add(
                "config",
                Descriptor.of(Descriptor.CONFIGURATION, configuration.json()).json());
        var layers = new JsonArray();
        for (Layer layer : configuration.layers()) {
            layers.add(layer.blob().json());
        }
        json.add("layers", layers);
        return json.toString();
    }

    String index() {
        JsonObject manifest = Descriptor.of(Descriptor.MANIFEST, manifest()).json();
        var platform = new JsonObject();
        platform.addProperty("architecture", "amd64");
        platform.addProperty("os", "linux");
        manifest.add("platform", platform);
        var annotations = new JsonObject();
        annotations.addProperty("org.opencontainers.image.ref.name", tag);
        manifest.add("annotations", annotations);
        var manifests = new JsonArray();
        manifests.add(manifest);
        var json = new JsonObject();
        json.addProperty("schemaVersion", 2);
        json.addProperty("mediaType", Descriptor.INDEX);
        json.add("manifests", manifests);
        return json.toString();
    }

    /** By which registries and runtimes know the image. */
    Digest digest() {
        return Digest.of(manifest());
    }

    /** Replaces a file as a whole: who reads it sees the old image or the new one. */
    void write(Path output) throws IOException {
        var entries = new ArrayList<Entry>(List.of(
                new Entry.Text("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"),
                new Entry.Text("index.json", index()),
                blob(manifest()),
                blob(configuration.json())));
        for (Layer layer : configuration.layers()) {
            entries.add(new Entry.Copied(path(layer.blob().digest()), false, layer.file()));
        }
        Path draft = output.resolveSibling("." + output.getFileName() + ".new");
        try (var out = new BufferedOutputStream(Files.newOutputStream(draft), 1 << 16)) {
            var tar = new TarWriter(out, configuration.created());
            for (Entry entry : FileTree.of(entries).entries()) {
                tar.add(entry);
            }
            tar.finish();
        }
        Files.move(draft, output, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Entry blob(String document) {
        return new Entry.Text(path(Digest.of(document)), document);
    }

    private static String path(Digest digest) {
        return "blobs/sha256/" + digest.hex();
    }
}
