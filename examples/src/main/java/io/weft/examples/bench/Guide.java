package io.weft.examples.bench;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.join.JoinTokens;
import io.weft.examples.bench.Scenario.Source;
import io.weft.examples.bench.Settings.Program;
import io.weft.examples.training.Teacher;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Tells the client's proxy over ADS, on the client's side, what it would otherwise read from a file. Its certificate comes the same
 * way; or, where the proxy is a sidecar, from a control plane that signs for the key that the sidecar makes. Used by one thread.
 */
final class Guide implements AutoCloseable {
    private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(5);

    private final Rig rig;
    private final Place place;
    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
    private final Server server;
    private final @Nullable ControlPlaneProgram certificates;

    private Guide(Rig rig, Place place, boolean sidecar) throws IOException {
        this.rig = rig;
        this.place = place;
        // The socket is made by the group's thread, and that is started by this one: both are on the client's side.
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                new Address(Ground.LOCAL, rig.ports().next()).socket());
        if (sidecar) {
            builder.sslContext(Teacher.secured(rig.workspace().authority()));
        }
        var script = new AdsScript(place, rig.workspace().certs());
        server = builder.bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .channelType(NioServerSocketChannel.class)
                .directExecutor()
                .addService(new Teacher(script::of, refusals::add))
                .build()
                .start();
        certificates = sidecar
                ? ControlPlaneProgram.certificates(rig.processes(), rig.workspace(), rig.log("certificates"))
                : null;
    }

    static Guide start(Rig rig, Scenario scenario, Place place) {
        try {
            return new Guide(rig, place, scenario.source() == Source.SIDECAR);
        } catch (IOException e) {
            throw new BenchException("the guide could not be started: " + e.getMessage(), e);
        }
    }

    /** How a proxy is started that is to be told by this; each time anew, since a token is good for one. */
    Launch launch(Peer peer, Program program) {
        if (certificates != null) {
            return sidecar(program, certificates);
        }
        return new Launch(
                rig.configuration().toldOverAds(peer, program, place, new Address(Ground.LOCAL, server.getPort())));
    }

    private Launch sidecar(Program program, ControlPlaneProgram certificates) {
        Address admin = Objects.requireNonNull(place.admin());
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("POD_NAME", "client");
        environment.put("POD_NAMESPACE", "default");
        environment.put("SERVICE_ACCOUNT", "client");
        environment.put("INSTANCE_IP", Ground.LOCAL);
        environment.put("CA_ADDR", Ground.LOCAL + ":" + certificates.securePort());
        environment.put("WEFT_JOIN_TOKEN", token());
        environment.put("ENVOY_STATUS_PORT", Integer.toString(rig.ports().next()));
        environment.put("ENVOY_PROMETHEUS_PORT", Integer.toString(rig.ports().next()));
        environment.put(
                "PROXY_CONFIG",
                "{\"discoveryAddress\": \"%s:%d\", \"concurrency\": 1, \"proxyAdminPort\": %d, \"statusPort\": %d, \"terminationDrainDuration\": \"0s\"}"
                        .formatted(
                                Ground.LOCAL,
                                server.getPort(),
                                admin.port(),
                                rig.ports().next()));
        return new Launch(Configuration.words(program, List.of("sidecar")), environment);
    }

    private String token() {
        var tokens =
                new JoinTokens(new AuthorityFolder(rig.workspace().authorityFolder()).tokens(), InstantSource.system());
        try {
            return tokens.create(
                            Workspace.CLIENT,
                            TOKEN_LIFETIME,
                            rig.workspace().authority().rootFingerprint())
                    .text();
        } catch (IOException e) {
            throw new BenchException("no join token: " + e.getMessage(), e);
        }
    }

    /** What proxies found wrong in what they were told. */
    List<String> refusals() {
        return List.copyOf(refusals);
    }

    @Override
    public void close() {
        server.shutdownNow();
        loop.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
        if (certificates != null) {
            certificates.stop();
        }
    }
}
