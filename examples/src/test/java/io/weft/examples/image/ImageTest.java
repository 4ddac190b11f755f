package io.weft.examples.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.weft.examples.ShippedLayout;
import io.weft.examples.lab.Await;
import io.weft.examples.lab.Distribution;
import io.weft.examples.lab.Lab;
import io.weft.examples.lab.Pod;
import io.weft.examples.lab.PodSpec;
import io.weft.examples.lab.Privileged;
import io.weft.examples.lab.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image of what {@code ./weft build} made: as data, and run by Podman as it would be in a pod. */
class ImageTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String NAME = "localhost/weft:tested";

    private static final Path PACKAGES = Distribution.root().resolve("target/image-packages");

    /** As little as a container can have. */
    private static final List<String> NOTHING =
            List.of("--read-only", "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges");

    private static final String BOOTSTRAP = """
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: 15000}}}
            static_resources:
              listeners:
              - name: inbound
                address: {socket_address: {address: 0.0.0.0, port_value: 15006}}
                filter_chains:
                - transport_socket:
                    name: tls
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                      common_tls_context:
                        tls_certificates:
                        - certificate_chain: {filename: /etc/weft/cert-chain.pem}
                          private_key: {filename: /etc/weft/key.pem}
                  filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: inbound
                      route_config:
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - match: {prefix: /}
                            direct_response: {status: 200, body: {inline_string: "from the image"}}
                      http_filters:
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            """;

    private static final String MESH = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec: {clusterIP: 10.96.0.7, selector: {app: cart}, ports: [{name: http, port: 80}]}
            """;

    @TempDir
    private static Path folder = Path.of("");

    private static Path dist = Path.of("");
    private static Path archive = Path.of("");
    private static OciArchive image = new OciArchive(new Configuration(Instant.EPOCH, new TreeMap<>(), List.of()), "");

    @BeforeAll
    static void make() throws IOException {
        dist = ShippedLayout.required();
        archive = folder.resolve("image.tar");
        image = ImageMain.make(dist, PACKAGES, archive, NAME);
    }

    @Test
    void every_blob_is_what_its_digest_says_and_is_reached_from_the_index() throws IOException {
        Path blobs = unpacked();
        JsonObject index = json(blobs.resolve("index.json"));
        JsonObject manifest =
                blob(blobs, index.getAsJsonArray("manifests").get(0).getAsJsonObject());
        JsonObject configuration = blob(blobs, manifest.getAsJsonObject("config"));
        var reached = new ArrayList<String>(List.of(
                hex(index.getAsJsonArray("manifests").get(0).getAsJsonObject()),
                hex(manifest.getAsJsonObject("config"))));
        for (int i = 0; i < manifest.getAsJsonArray("layers").size(); i++) {
            JsonObject layer = manifest.getAsJsonArray("layers").get(i).getAsJsonObject();
            reached.add(hex(layer));
            Path file = checked(blobs, layer);
            String content = Tool.run(folder, List.of("sh", "-c", "gzip -dc \"$0\" | sha256sum", file.toString()));
            assertThat(configuration
                            .getAsJsonObject("rootfs")
                            .getAsJsonArray("diff_ids")
                            .get(i)
                            .getAsString())
                    .isEqualTo("sha256:" + content.substring(0, 64));
        }
        assertThat(Tool.run(blobs.resolve("blobs/sha256"), List.of("ls")).lines())
                .containsExactlyInAnyOrderElementsOf(reached);
        assertThat(Files.readString(blobs.resolve("oci-layout"))).isEqualTo("{\"imageLayoutVersion\":\"1.0.0\"}");

        JsonObject config = configuration.getAsJsonObject("config");
        assertThat(config.get("User").getAsString()).isEqualTo("1337:1337");
        assertThat(config.getAsJsonArray("Entrypoint")).hasToString("[\"/opt/weft/bin/weft\"]");
        assertThat(config.getAsJsonObject("Labels").get("io.weft.packages").getAsString())
                .containsPattern("\\biptables=\\d")
                .containsPattern("\\blibc6=\\d");
        assertThat(configuration.get("architecture").getAsString()).isEqualTo("amd64");
    }

    @Test
    void no_file_runs_as_another_user_and_nothing_but_volumes_belongs_to_the_programs() throws IOException {
        List<String> lines = new ArrayList<>();
        Path blobs = unpacked();
        JsonObject index = json(blobs.resolve("index.json"));
        JsonObject manifest =
                blob(blobs, index.getAsJsonArray("manifests").get(0).getAsJsonObject());
        for (var layer : manifest.getAsJsonArray("layers")) {
            lines.addAll(Tool.run(
                            folder,
                            List.of(
                                    "tar",
                                    "--numeric-owner",
                                    "--utc",
                                    "-tvzf",
                                    checked(blobs, layer.getAsJsonObject()).toString()))
                    .lines()
                    .toList());
        }
        assertThat(lines).noneMatch(line -> line.substring(0, 10).matches("...[sS]......|......[sS]..."));
        assertThat(lines)
                .filteredOn(line -> line.charAt(8) == 'w' && line.charAt(0) != 'l')
                .singleElement()
                .asString()
                .matches("drwxrwxrwt .* tmp/");
        assertThat(lines)
                .filteredOn(line -> !line.contains(" 0/0 "))
                .hasSize(2)
                .allMatch(line -> line.matches("d.* 1337/1337 .* (run/weft|var/lib/weft)/"));
        // A class cache is only good for jars of the time that they had when it was made.
        String time = DateTimeFormatter.ofPattern(" yyyy-MM-dd HH:mm ", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(ShippedFiles.in(dist).time());
        assertThat(lines).allMatch(line -> line.contains(time));
        assertThat(lines).noneMatch(line -> line.matches(".*(weft-examples-|HdrHistogram|examples[.]options).*"));
    }

    @Test
    void the_same_layout_and_packages_make_the_same_bytes() throws IOException {
        ShippedFiles shipped = ShippedFiles.in(dist);
        Map<String, FileTree> trees = new LinkedHashMap<>(shipped.trees());
        SystemFiles.Selection system =
                SystemFiles.select(new DebianPackages(PACKAGES).fetch(SystemFiles.PACKAGES), trees.values());
        trees.put("system files", system.tree());
        // Packing these two takes most of the time, and they are packed as the others are.
        trees.keySet().removeAll(List.of("the Java runtime", "libraries"));
        assertThat(trees).hasSize(3);
        for (Map.Entry<String, FileTree> tree : trees.entrySet()) {
            Layer again = Layer.write(tree.getKey(), tree.getValue(), shipped.time(), folder);
            assertThat(image.configuration().layers())
                    .filteredOn(layer -> layer.title().startsWith(tree.getKey()))
                    .singleElement()
                    .satisfies(layer -> {
                        assertThat(layer.blob()).isEqualTo(again.blob());
                        assertThat(layer.content()).isEqualTo(again.content());
                    });
            Files.delete(again.file());
        }
        assertThat(Files.readString(unpacked().resolve("index.json"))).isEqualTo(image.index());
    }

    @Test
    @Tag("privileged")
    void a_pod_of_the_image_runs_with_read_only_roots_and_no_privilege_but_net_admin_for_init() throws IOException {
        Privileged.require("podman", "unshare", "nft");
        try (var podman = new Podman();
                Lab lab = Lab.open(1)) {
            assertThat(podman.load(archive)).contains(NAME);
            Pod pod = lab.pod(PodSpec.numbered("server", 1, 71));
            Pod caller = lab.pod(PodSpec.numbered("caller", 1, 72));
            everyProgramRuns(podman);

            Path files = certificate(podman);
            Files.writeString(files.resolve("proxy.yaml"), BOOTSTRAP);
            String network = "--network=ns:/run/netns/" + pod.namespace();
            var proxyFlags =
                    with(network, "--volume=" + files + ":/etc/weft:ro", "--env=WEFT_JVM_FLAGS=-XX:AOTMode=on");
            assertThat(podman.run(proxyFlags, NAME, "proxy", "-c", "/etc/weft/proxy.yaml", "--mode", "validate"))
                    .contains("configuration OK");

            var initFlags = with(network, "--user=0", "--cap-add=NET_ADMIN");
            podman.run(initFlags, NAME, "init");
            assertThat(podman.run(initFlags, NAME, "init")).contains("in place already");
            assertThat(pod.look("nft", "list", "ruleset").out()).contains("ISTIO_INBOUND");

            Program proxy = podman.start(
                    "proxy",
                    pod.folder().resolve("proxy.log"),
                    proxyFlags,
                    NAME,
                    "proxy",
                    "-c",
                    "/etc/weft/proxy.yaml");
            try {
                proxy.awaitLog("admin: ", SOON);
                assertThat(Await.that(
                                SOON,
                                () -> pod.look("curl", "-s", "127.0.0.1:15000/ready")
                                        .text()
                                        .equals("LIVE")))
                        .as(proxy.log())
                        .isTrue();
                String answer = caller.look("curl", "-sSk", "https://" + pod.v4() + ":8080/")
                        .text();
                assertThat(answer).isEqualTo("from the image");
            } finally {
                proxy.stop();
            }
        }
    }

    private static void everyProgramRuns(Podman podman) throws IOException {
        assertThat(podman.run(with("--network=none"), NAME)).contains("weft control-plane");
        assertThat(podman.run(with("--network=none", "--env=WEFT_JVM_FLAGS=-XX:AOTMode=on"), NAME, "init", "--dry-run"))
                .contains("-A ISTIO_INBOUND");

        Path mesh = Files.createDirectories(folder.resolve("mesh"));
        Files.writeString(mesh.resolve("shop.yaml"), MESH);
        var flags = with("--network=none", "--volume=" + mesh + ":/etc/weft:ro", "--volume=weft-data:/var/lib/weft");
        podman.run(flags, NAME, "control-plane", "check", "/etc/weft");
        Program controlPlane = podman.start(
                "control plane",
                folder.resolve("control-plane.log"),
                flags,
                NAME,
                "control-plane",
                "--config",
                "/etc/weft",
                "--data-dir",
                "/var/lib/weft");
        try {
            controlPlane.awaitLog("(?m)^ready", SOON);
        } finally {
            controlPlane.stop();
        }
    }

    /** Made in the volume that the control plane had, with the authority that it made there. */
    private static Path certificate(Podman podman) throws IOException {
        Path files = Files.createDirectories(folder.resolve("files"));
        Files.setAttribute(files, "unix:uid", Configuration.USER);
        podman.run(
                with("--network=none", "--volume=weft-data:/var/lib/weft", "--volume=" + files + ":/run/weft"),
                NAME,
                "certs",
                "issue",
                "--dir",
                "/var/lib/weft/ca",
                "--id",
                "spiffe://cluster.local/ns/shop/sa/cart",
                "--out",
                "/run/weft");
        return files;
    }

    private static List<String> with(String... flags) {
        var all = new ArrayList<>(NOTHING);
        all.addAll(List.of(flags));
        return all;
    }

    private static Path unpacked() throws IOException {
        Path to = folder.resolve("unpacked");
        if (!Files.exists(to)) {
            Files.createDirectories(to);
            Tool.run(to, List.of("tar", "-xf", archive.toString()));
        }
        return to;
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private static JsonObject blob(Path blobs, JsonObject descriptor) throws IOException {
        return json(checked(blobs, descriptor));
    }

    private static Path checked(Path blobs, JsonObject descriptor) throws IOException {
        Path file = blobs.resolve("blobs/sha256").resolve(hex(descriptor));
        assertThat(Files.size(file)).isEqualTo(descriptor.get("size").getAsLong());
        assertThat(Digest.of(file).hex()).isEqualTo(hex(descriptor));
        return file;
    }

    private static String hex(JsonObject descriptor) {
        Matcher digest = Pattern.compile("sha256:([0-9a-f]{64})")
                .matcher(descriptor.get("digest").getAsString());
        assertThat(digest.matches()).isTrue();
        return digest.group(1);
    }
}
