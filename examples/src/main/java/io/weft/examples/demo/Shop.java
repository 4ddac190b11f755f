package io.weft.examples.demo;

import io.weft.examples.lab.Account;
import io.weft.examples.lab.Await;
import io.weft.examples.lab.Lab;
import io.weft.examples.lab.LabException;
import io.weft.examples.lab.Mesh;
import io.weft.examples.lab.MeshFiles;
import io.weft.examples.lab.Outcome;
import io.weft.examples.lab.Pod;
import io.weft.examples.lab.PodSpec;
import io.weft.examples.lab.Sidecar;
import io.weft.examples.lab.Traffic;
import io.weft.examples.lab.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * The shop of {@code examples/shop}, running: each Pod there is a namespace with its application, init and a sidecar.
 * Besides them there are two that the mesh does not know: an outsider, and a plain copy of the catalog for comparison.
 */
final class Shop {
    static final String CATALOG = "catalog";
    static final String CATALOG_VIP = "10.96.0.20";
    static final String CATALOG_VIP6 = "fd96::20";
    static final String ORDERS_VIP = "10.96.0.30";
    static final String CART_VIP = "10.96.0.40";
    static final int CATALOG_PORT = 8080;

    /** Renewed after a fifth of it, every 30 s, so that it happens while one watches; and longer than any outage. */
    static final Duration CERTIFICATE_LIFE = Duration.ofSeconds(150);

    private static final Duration START = Duration.ofMinutes(2);
    private static final int AT_ONCE = 3;
    private static final int OUTSIDER = 61;
    private static final int PLAIN = 62;

    private final Lab lab;
    private final Path files;
    private final Mesh mesh;
    private final Map<String, Pod> pods = new LinkedHashMap<>();
    private final Map<String, Sidecar> sidecars = new LinkedHashMap<>();

    private Shop(Lab lab, Path files, Mesh mesh) {
        this.lab = lab;
        this.files = files;
        this.mesh = mesh;
    }

    /**
     * Starts all of it and waits until every sidecar is ready.
     *
     * @param hosts 1 puts on the first host what the files put on the second
     * @param progress is told what happens next
     */
    static Shop open(Lab lab, int hosts, Consumer<String> progress) {
        Path files = Lab.sourceTree().resolve("examples/shop");
        MeshFiles known = MeshFiles.read(files);
        MeshFiles later = MeshFiles.read(files.resolve("later"));
        known.services().forEach(lab::name);
        progress.accept("starting the control plane on " + files);
        var shop = new Shop(lab, files, Mesh.start(lab, files, CERTIFICATE_LIFE));
        var workloads = new ArrayList<>(known.workloads());
        workloads.addAll(later.workloads());
        progress.accept("starting " + workloads.size() + " pods, each with init, a sidecar and its application");
        shop.start(workloads, hosts);
        shop.pods.put("outsider", lab.pod(PodSpec.numbered("outsider", 1, OUTSIDER)));
        Pod plain = lab.pod(PodSpec.numbered("plain", hosts, PLAIN));
        shop.pods.put("plain", plain);
        Apps.nginx(plain, CATALOG_PORT);
        return shop;
    }

    private void start(List<Workload> workloads, int hosts) {
        // Few at a time, so that each is fast and none runs into a deadline where cores are few.
        try (ExecutorService some = Executors.newFixedThreadPool(AT_ONCE)) {
            var started = new ArrayList<Future<Sidecar>>();
            for (Workload workload : workloads) {
                PodSpec spec = workload.pod();
                Pod pod = lab.pod(new PodSpec(spec.name(), Math.min(spec.host(), hosts), spec.v4(), spec.v6()));
                pods.put(workload.name(), pod);
                started.add(some.submit(() -> start(pod, workload)));
            }
            for (int i = 0; i < workloads.size(); i++) {
                sidecars.put(workloads.get(i).name(), started.get(i).get());
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof LabException problem
                    ? problem
                    : new LabException("a pod cannot be started: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }

    private Sidecar start(Pod pod, Workload workload) {
        Sidecar sidecar = mesh.join(pod, workload);
        Outcome init = pod.init();
        if (!init.ok()) {
            throw new LabException("weft init in " + pod + ": " + init);
        }
        Apps.start(pod, workload.labels().getOrDefault("app", ""));
        return sidecar.awaitReady(START);
    }

    Lab lab() {
        return lab;
    }

    Mesh mesh() {
        return mesh;
    }

    Pod pod(String name) {
        Pod pod = pods.get(name);
        if (pod == null) {
            throw new IllegalArgumentException("no pod '" + name + "'; there are " + pods.keySet());
        }
        return pod;
    }

    Sidecar sidecar(String name) {
        Sidecar sidecar = sidecars.get(name);
        if (sidecar == null) {
            throw new IllegalArgumentException("no sidecar in '" + name + "'; there are " + sidecars.keySet());
        }
        return sidecar;
    }

    Map<String, Sidecar> sidecars() {
        return sidecars;
    }

    /** The file that makes {@code catalog-3} part of the catalog when it is in the mesh's folder. */
    Path thirdReplica() {
        return files.resolve("later/catalog-3.yaml");
    }

    Path files() {
        return files;
    }

    /** curl in a pod, as its application; ten seconds at most. */
    Outcome curl(String pod, String... arguments) {
        var command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "10"));
        command.addAll(List.of(arguments));
        return pod(pod).run(Duration.ofSeconds(15), Account.APPLICATION, command);
    }

    /** Requests to the catalog over kept connections, from the storefront. */
    Traffic catalogTraffic(String name) {
        return Traffic.start(pod("storefront"), name, "http", CATALOG, 80);
    }

    /** Connections to the cart, each new, from the storefront. */
    Traffic cartTraffic(String name) {
        return Traffic.start(pod("storefront"), name, "redis", "cart", 6379);
    }

    static boolean soon(java.util.function.BooleanSupplier look) {
        return Await.that(Duration.ofSeconds(15), look);
    }
}
