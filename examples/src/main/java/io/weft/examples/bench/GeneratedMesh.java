package io.weft.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A folder with a mesh of many services in one namespace, one file per service: the service and its pods, all of which have a
 * sidecar. Knows what a proxy has to be told of it. Used by one thread.
 */
final class GeneratedMesh {
    static final String NAMESPACE = "bench";
    private static final int PORT = 80;
    private static final int TARGET_PORT = 8080;

    private final Path folder;
    private final int services;
    private final int endpoints;
    private final Map<String, Set<String>> told = new TreeMap<>();
    private int moves;

    private GeneratedMesh(Path folder, int services, int endpoints) {
        this.folder = folder;
        this.services = services;
        this.endpoints = endpoints;
    }

    static GeneratedMesh write(Path folder, int services, int endpoints) {
        var mesh = new GeneratedMesh(folder, services, endpoints);
        for (int service = 0; service < services; service++) {
            mesh.place(service, mesh.text(service, address(128, service * endpoints + endpoints - 1)));
        }
        return mesh;
    }

    Path folder() {
        return folder;
    }

    /**
     * A change that every proxy has to be told.
     *
     * @param assignment the name of the load assignment that changes
     * @param addresses all that are in it from now on, with their ports
     * @param sinceNanos the moment before the file was put in its place
     */
    record Change(String assignment, Set<String> addresses, long sinceNanos) {}

    /** Gives the last pod of the next service another address, as a pod that was replaced has. */
    Change moveOne() {
        int service = moves % services;
        String text = text(service, address(64, moves++));
        long since = System.nanoTime();
        place(service, text);
        String assignment = assignment(service);
        return new Change(assignment, Set.copyOf(told.get(assignment)), since);
    }

    /** Each load assignment with its addresses and their ports. */
    Map<String, Set<String>> told() {
        return Map.copyOf(told);
    }

    /** The pods that have a proxy: the first ones of all services, then the second ones. */
    Pod pod(int proxy) {
        int service = proxy % services;
        int pod = proxy / services;
        return new Pod(name(service), name(service) + "-" + pod, address(128, service * endpoints + pod));
    }

    /** A pod of a service, whose account has the service's name. */
    record Pod(String service, String name, String address) {}

    private static String name(int service) {
        return "service-" + service;
    }

    private static String assignment(int service) {
        return "outbound|" + PORT + "||" + name(service) + "." + NAMESPACE + ".svc.cluster.local";
    }

    private static String address(int block, int number) {
        return "10." + (block + (number >> 16)) + "." + (number >> 8 & 255) + "." + (number & 255);
    }

    private String text(int service, String last) {
        var text = new StringBuilder(Template.render(
                "xds-service.yaml",
                Map.of(
                        "namespace", NAMESPACE,
                        "name", name(service),
                        "address", "10." + (16 + (service >> 16)) + "." + (service >> 8 & 255) + "." + (service & 255),
                        "port", Integer.toString(PORT),
                        "target_port", Integer.toString(TARGET_PORT))));
        var addresses = new TreeSet<String>();
        for (int pod = 0; pod < endpoints; pod++) {
            String address = pod == endpoints - 1 ? last : address(128, service * endpoints + pod);
            addresses.add(address + ":" + TARGET_PORT);
            text.append('\n')
                    .append(Template.render(
                            "xds-pod.yaml",
                            Map.of(
                                    "namespace",
                                    NAMESPACE,
                                    "service",
                                    name(service),
                                    "name",
                                    name(service) + "-" + pod,
                                    "address",
                                    address,
                                    "target_port",
                                    Integer.toString(TARGET_PORT))));
        }
        told.put(assignment(service), addresses);
        return text.append('\n').toString();
    }

    /** Whole at once, as an editor does it: the control plane never sees half a file. */
    private void place(int service, String text) {
        Path file = folder.resolve(name(service) + ".yaml");
        try {
            Path half = Files.writeString(folder.resolve(name(service) + ".tmp"), text);
            Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new BenchException(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
