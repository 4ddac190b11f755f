package io.weft.examples.training;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.examples.lab.Await;
import io.weft.examples.lab.MeshFiles;
import io.weft.examples.lab.Workload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What a control plane does in a small mesh: tells the sidecars of its workloads all, then a change often, takes them back,
 * and shows its pages.
 *
 * @param shop a mesh's files, with a folder {@code later} that holds one more replica
 * @param config the folder that the control plane watches; begins as a copy of the shop
 * @param secure the control plane's port for ADS on loopback
 * @param http its port for people on loopback
 */
record ControlPlaneLesson(Path shop, Path config, int secure, int http) {

    /** Enough for the compiler to know what is hot in following a change. */
    private static final int CHANGES = 20;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SERVICE = "catalog.shop";

    /** Puts the shop's files where the control plane will look. */
    void prepare() throws IOException {
        Files.createDirectories(config);
        try (var files = Files.newDirectoryStream(shop, "*.yaml")) {
            for (Path file : files) {
                put(file);
            }
        }
    }

    private Path put(Path file) throws IOException {
        String name = file.getFileName().toString();
        Path draft = Files.copy(file, config.resolve("." + name), StandardCopyOption.REPLACE_EXISTING);
        return Files.move(draft, config.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    void teach(Authority authority) throws IOException {
        var pupils = new ArrayList<Pupil>();
        try {
            for (Workload workload : MeshFiles.read(shop).workloads()) {
                pupils.add(new Pupil(
                        workload,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), secure),
                        tls(authority, workload)));
            }
            await("all are told", () -> pupils.stream().allMatch(Pupil::complete));
            int before = pupils.getFirst().endpoints(SERVICE);
            for (int change = 0; change < CHANGES; change++) {
                Path added = put(shop.resolve("later/catalog-3.yaml"));
                await("a replica comes", () -> knows(pupils, before + 1));
                Files.delete(added);
                await("a replica goes", () -> knows(pupils, before));
            }
            pupils.forEach(Pupil::reconnect);
            await("all are told again", () -> pupils.stream().allMatch(Pupil::complete));
            for (String page : List.of("ready", "metrics", "debug/syncz", "debug/configz")) {
                look(page);
            }
        } finally {
            pupils.forEach(Pupil::close);
        }
    }

    private static boolean knows(List<Pupil> pupils, int endpoints) {
        return pupils.stream().allMatch(pupil -> pupil.endpoints(SERVICE) == endpoints);
    }

    private static void await(String what, BooleanSupplier seen) {
        if (!Await.that(PATIENCE, seen)) {
            throw new IllegalStateException("not within " + PATIENCE.toSeconds() + " s: " + what);
        }
    }

    private void look(String page) throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + http + "/" + page);
        try (InputStream in = uri.toURL().openStream()) {
            in.readAllBytes();
        }
    }

    private static SslContext tls(Authority authority, Workload workload) throws IOException {
        X509Svid own =
                authority.issueOwn(KeyAlgorithm.EC_P256, SpiffeId.parse(workload.id()), Duration.ofHours(1), Set.of());
        return GrpcSslContexts.configure(SslContextBuilder.forClient())
                .keyManager(pem(own.chainPem()), pem(own.keyPem()))
                .trustManager(pem(authority.bundle().toPem()))
                // The server's name is a SPIFFE id; which control plane this is, the lesson knows.
                .endpointIdentificationAlgorithm("")
                .build();
    }

    private static InputStream pem(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }
}
