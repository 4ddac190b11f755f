package io.weft.examples.image;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;

/** One document's reference to another blob (OCI image specification 1.1, descriptor). */
record Descriptor(String mediaType, Digest digest, long size) {
    static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
    static final String CONFIGURATION = "application/vnd.oci.image.config.v1+json";
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String INDEX = "application/vnd.oci.image.index.v1+json";

    static Descriptor of(String mediaType, String document) {
        return new Descriptor(mediaType, Digest.of(document), document.getBytes(StandardCharsets.UTF_8).length);
    }

    JsonObject json() {
        var json = new JsonObject();
        json.addProperty("mediaType", mediaType);
        json.addProperty("digest", digest.toString());
        json.addProperty("size", size);
        return json;
    }
}
