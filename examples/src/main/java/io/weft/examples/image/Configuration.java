package io.weft.examples.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/**
 * How containers of an image run (OCI image specification 1.1, image configuration). It runs as the user and group
 * {@code 1337}, as Istio's proxies do, which {@code weft init} lets through.
 *
 * @param created the time of what is in it, not that of its making
 * @param labels in the order of their names
 */
record Configuration(Instant created, SortedMap<String, String> labels, List<Layer> layers) {
    static final int USER = 1337;
    static final String HOME = "/opt/weft";

    Configuration {
        layers = List.copyOf(layers);
    }

    String json() {
        var config = new JsonObject();
        config.addProperty("User", USER + ":" + USER);
        config.add("Env", array("PATH=" + HOME + "/bin:/usr/sbin:/usr/bin"));
        config.add("Entrypoint", array(HOME + "/bin/weft"));
        config.add("Cmd", array("help"));
        config.addProperty("WorkingDir", "/");
        config.addProperty("StopSignal", "SIGTERM");
        var labelsJson = new JsonObject();
        labels.forEach(labelsJson::addProperty);
        config.add("Labels", labelsJson);

        var contents = new JsonArray();
        var history = new JsonArray();
        for (Layer layer : layers) {
            contents.add(layer.content().toString());
            var made = new JsonObject();
            made.addProperty("created", created.toString());
            made.addProperty("created_by", "weft image: " + layer.title());
            history.add(made);
        }
        var root = new JsonObject();
        root.addProperty("type", "layers");
        root.add("diff_ids", contents);

        var json = new JsonObject();
        json.addProperty("created", created.toString());
        json.addProperty("architecture", "amd64");
        json.addProperty("os", "linux");
        json.add("config", config);
        json.add("rootfs", root);
        json.add("history", history);
        return json.toString();
    }

    private static JsonArray array(String value) {
        var array = new JsonArray();
        array.add(value);
        return array;
    }
}
