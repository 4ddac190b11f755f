package io.weft.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Authority;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.join.JoinTokens;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.examples.lab.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code weft control-plane} as a program of its own, on free ports of loopback, with the folder that it watches. */
final class WeftControlPlane implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(1);

    private final Path folder;
    private final Path config;
    private final Program program;
    private final String http;
    private final int plaintextPort;
    private final int securePort;

    private WeftControlPlane(Path folder, Program program) {
        this.folder = folder;
        this.config = folder.resolve("mesh");
        this.program = program;
        securePort = port("xds and certificates");
        plaintextPort = port("xds in plaintext");
        http = "http://127.0.0.1:" + port("http");
        program.awaitLog("(?m)^ready$", START);
    }

    /** Starts it with an empty mesh. */
    static WeftControlPlane start(Path folder, String... options) throws IOException {
        Files.createDirectories(folder.resolve("mesh"));
        var arguments = new ArrayList<>(List.of(
                "--config",
                folder.resolve("mesh").toString(),
                "--data-dir",
                folder.resolve("data").toString(),
                "--secure-grpc-addr",
                "127.0.0.1:0",
                "--grpc-addr",
                "127.0.0.1:0",
                "--http-addr",
                "127.0.0.1:0"));
        arguments.addAll(List.of(options));
        Program program = Program.start(
                "weft control-plane",
                folder.resolve("control-plane.log"),
                Map.of(),
                Java.command("io.weft.controlplane.ControlPlaneMain", arguments));
        try {
            return new WeftControlPlane(folder, program);
        } catch (RuntimeException e) {
            program.stop();
            throw e;
        }
    }

    private int port(String what) {
        return Integer.parseInt(
                program.awaitLog("(?m)^" + what + ": .*:(\\d+)$", START).group(1));
    }

    /** Where anybody is believed. */
    int plaintextPort() {
        return plaintextPort;
    }

    int securePort() {
        return securePort;
    }

    /** Writes a file of the mesh whole, as an editor does. */
    void write(String name, String yaml) {
        try {
            Path half = Files.writeString(config.resolve(name + ".tmp"), yaml);
            Files.move(half, config.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nothing in the folder is refused. */
    void everythingIsTaken() {
        assertThat(program.log()).doesNotContain("refused");
    }

    private Authority authority() throws IOException {
        return Authority.open(folder.resolve("data/ca"), TrustDomain.DEFAULT, InstantSource.system());
    }

    static SpiffeId id(String namespace, String account) {
        return SpiffeId.workload(TrustDomain.DEFAULT, namespace, account);
    }

    /** A folder with a key, a certificate and the roots, under the names that {@code weft certs issue} gives them. */
    Path certificate(String namespace, String account) throws IOException {
        Authority authority = authority();
        X509Svid svid = authority.issueOwn(KeyAlgorithm.EC_P256, id(namespace, account), Duration.ofHours(1), Set.of());
        Path out = Files.createDirectories(folder.resolve("certificates").resolve(namespace + "-" + account));
        Files.writeString(out.resolve("key.pem"), svid.keyPem());
        Files.writeString(out.resolve("cert-chain.pem"), Pem.encode(svid.chainWithoutRoot()));
        Files.writeString(out.resolve("root-cert.pem"), authority.bundle().toPem());
        return out;
    }

    /** A file with a join token of that identity. */
    Path token(String namespace, String account) throws IOException {
        var tokens = new JoinTokens(new AuthorityFolder(folder.resolve("data/ca")).tokens(), InstantSource.system());
        String token = tokens.create(
                        id(namespace, account),
                        Duration.ofMinutes(5),
                        authority().rootFingerprint())
                .text();
        return Files.writeString(folder.resolve("token-" + account), token);
    }

    /** What it says of each connected client, by the client's node id. */
    List<JsonObject> connected() {
        JsonArray all =
                JsonParser.parseString(Web.get(http + "/debug/syncz").body()).getAsJsonArray();
        return all.asList().stream().map(JsonElement::getAsJsonObject).toList();
    }

    /** No client has refused anything that it was sent. */
    void nobodyRefused() {
        assertThat(connected())
                .allSatisfy(client -> assertThat(client.getAsJsonObject("nacks").isEmpty())
                        .as(client.toString())
                        .isTrue());
        assertThat(program.log()).doesNotContain(" refused ");
    }

    String log() {
        return program.log();
    }

    @Override
    public void close() {
        program.stop();
    }
}
