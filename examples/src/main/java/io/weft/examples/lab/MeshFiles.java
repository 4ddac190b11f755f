package io.weft.examples.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The part of a mesh's YAML that the lab acts on: a Pod becomes a namespace, a Service's address gets its name. So what
 * the control plane is told is what there is.
 *
 * @param services host names and addresses
 */
public record MeshFiles(List<Workload> workloads, Map<String, String> services) {
    private static final String ADDRESSES = "weft.io/addresses";

    /** Reads the YAML files of a folder, in the order of their names. */
    public static MeshFiles read(Path folder) {
        var workloads = new ArrayList<Workload>();
        var services = new LinkedHashMap<String, String>();
        for (Path file : yamlFiles(folder)) {
            for (Object document : documents(file)) {
                switch (String.valueOf(at(document, "kind"))) {
                    case "Pod" -> workloads.add(workload(document, file));
                    case "Service" -> service(document, services);
                    default -> {}
                }
            }
        }
        return new MeshFiles(List.copyOf(workloads), services);
    }

    static List<Path> yamlFiles(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new LabException("cannot list " + folder, e);
        }
    }

    private static Iterable<Object> documents(Path file) {
        try {
            var load = new Load(LoadSettings.builder().setLabel(file.toString()).build());
            return load.loadAllFromString(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new LabException("cannot read " + file, e);
        }
    }

    private static Workload workload(Object pod, Path file) {
        String name = String.valueOf(at(pod, "metadata", "name"));
        String[] addresses =
                String.valueOf(at(pod, "metadata", "annotations", ADDRESSES)).split(",\\s*");
        if (addresses.length != 2) {
            throw new LabException(file + ": Pod " + name + ": expected the annotation " + ADDRESSES
                    + " with an IPv4 and an IPv6 address, for the lab to give it these");
        }
        var labels = new LinkedHashMap<String, String>();
        if (at(pod, "metadata", "labels") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> labels.put(String.valueOf(key), String.valueOf(value)));
        }
        String node = Objects.toString(at(pod, "spec", "nodeName"), "host1");
        return new Workload(
                namespace(pod),
                name,
                Objects.toString(at(pod, "spec", "serviceAccountName"), "default"),
                labels,
                node.equals("host2") ? 2 : 1,
                addresses[0],
                addresses[1]);
    }

    private static void service(Object service, Map<String, String> into) {
        String name = String.valueOf(at(service, "metadata", "name"));
        Object address = at(service, "spec", "clusterIP");
        if (address != null && !address.equals("None")) {
            into.put(name, String.valueOf(address));
            into.put(name + "." + namespace(service), String.valueOf(address));
            into.put(name + "." + namespace(service) + ".svc.cluster.local", String.valueOf(address));
        }
    }

    private static String namespace(Object object) {
        return Objects.toString(at(object, "metadata", "namespace"), "default");
    }

    private static @Nullable Object at(@Nullable Object document, String... path) {
        Object at = document;
        for (String step : path) {
            at = at instanceof Map<?, ?> map ? map.get(step) : null;
        }
        return at;
    }
}
