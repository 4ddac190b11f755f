package io.weft.proxy.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.identity.Identity;
import io.weft.proxy.identity.IdentityStatus;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The secrets as a client of Envoy's SDS sees them, over a real socket. */
class SecretSocketTest {
    private static final io.weft.proxy.config.Secret ROOTS = new io.weft.proxy.config.Secret.Trust("the roots");

    @TempDir
    Path folder;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final Known identity = new Known();
    private Path path;
    private SecretSocket socket;
    private ManagedChannel channel;

    @BeforeEach
    void open() throws IOException {
        path = folder.resolve("private/sds.sock");
        socket = new SecretSocket(path, identity, group);
        channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(path.toFile()))
                .channelType(EpollDomainSocketChannel.class)
                .eventLoopGroup(group)
                .usePlaintext()
                .build();
    }

    @AfterEach
    void close() throws InterruptedException {
        channel.shutdownNow();
        channel.awaitTermination(5, TimeUnit.SECONDS);
        socket.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName(
            "X-07: SDS, state of the world: what is asked for before it is there comes when it is, and again when renewed")
    void a_stream_is_told_what_it_asked_for_once_it_is_there_and_again_after_each_renewal() throws Exception {
        var stream = new Stream<DiscoveryResponse>();
        StreamObserver<DiscoveryRequest> requests =
                SecretDiscoveryServiceGrpc.newStub(channel).streamSecrets(stream);
        requests.onNext(request("", "default").build());

        identity.publish(Map.of("ROOTCA", ROOTS));
        identity.publish(Map.of("ROOTCA", ROOTS, "default", certificate("first")));
        DiscoveryResponse first = stream.next();
        assertThat(secrets(first)).containsOnlyKeys("default");
        assertThat(chain(first)).isEqualTo("first chain");
        assertThat(first.getResourcesList())
                .allSatisfy(any -> assertThat(any.getTypeUrl()).isEqualTo(first.getTypeUrl()));
        requests.onNext(request(first.getNonce(), "default")
                .setVersionInfo(first.getVersionInfo())
                .build());

        identity.publish(
                Map.of("ROOTCA", new io.weft.proxy.config.Secret.Trust("new"), "default", certificate("first")));
        identity.publish(Map.of("ROOTCA", ROOTS, "default", certificate("second")));
        DiscoveryResponse second = stream.next();
        assertThat(chain(second)).as("and nothing for the other secret").isEqualTo("second chain");
        assertThat(second.getVersionInfo()).isNotEqualTo(first.getVersionInfo());

        requests.onNext(request(second.getNonce(), "default", "ROOTCA").build());
        assertThat(secrets(stream.next())).containsOnlyKeys("default", "ROOTCA");
        requests.onCompleted();
    }

    @Test
    @DisplayName("T-17: secrets in files, by the names that Istio's agent answers, again when they change")
    void secrets_in_files_are_served_to_those_who_ask_and_again_when_they_change() throws Exception {
        Path file = Files.writeString(folder.resolve("ca.pem"), rootsOf("first.example"));
        String name = "file-root:" + file;
        var stream = new Stream<DiscoveryResponse>();
        StreamObserver<DiscoveryRequest> requests =
                SecretDiscoveryServiceGrpc.newStub(channel).streamSecrets(stream);
        requests.onNext(
                request("", name, "file-root:" + folder.resolve("none.pem")).build());
        DiscoveryResponse first = stream.next();
        assertThat(secrets(first)).containsOnlyKeys(name);

        Path draft = Files.writeString(folder.resolve(".ca.pem"), rootsOf("second.example"));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        assertThat(secrets(stream.next()).get(name))
                .isNotNull()
                .isNotEqualTo(secrets(first).get(name));
        requests.onCompleted();
    }

    private static String rootsOf(String domain) {
        return Authority.inMemory(new TrustDomain(domain), InstantSource.system())
                .bundle()
                .toPem();
    }

    @Test
    void what_was_refused_is_not_sent_again_before_it_changes() throws Exception {
        identity.publish(Map.of("default", certificate("first")));
        var stream = new Stream<DiscoveryResponse>();
        StreamObserver<DiscoveryRequest> requests =
                SecretDiscoveryServiceGrpc.newStub(channel).streamSecrets(stream);
        requests.onNext(request("", "default").build());
        DiscoveryResponse first = stream.next();
        requests.onNext(request(first.getNonce(), "default")
                .setErrorDetail(Status.newBuilder().setMessage("no"))
                .build());
        identity.publish(Map.of("default", certificate("second")));
        assertThat(chain(stream.next())).isEqualTo("second chain");
        requests.onCompleted();
    }

    @Test
    @DisplayName("X-07: SDS, delta: only what changed, and nothing that the client says it has")
    void the_incremental_variant_sends_what_changed_and_resumes() throws Exception {
        identity.publish(Map.of("ROOTCA", ROOTS, "default", certificate("first")));
        var stream = new Stream<DeltaDiscoveryResponse>();
        StreamObserver<DeltaDiscoveryRequest> requests =
                SecretDiscoveryServiceGrpc.newStub(channel).deltaSecrets(stream);
        requests.onNext(DeltaDiscoveryRequest.newBuilder()
                .addAllResourceNamesSubscribe(List.of("default", "ROOTCA"))
                .build());
        DeltaDiscoveryResponse both = stream.next();
        assertThat(versions(both)).containsOnlyKeys("default", "ROOTCA");

        identity.publish(Map.of("ROOTCA", ROOTS, "default", certificate("second")));
        assertThat(versions(stream.next())).containsOnlyKeys("default");
        requests.onCompleted();

        var again = new Stream<DeltaDiscoveryResponse>();
        requests = SecretDiscoveryServiceGrpc.newStub(channel).deltaSecrets(again);
        requests.onNext(DeltaDiscoveryRequest.newBuilder()
                .addAllResourceNamesSubscribe(List.of("default", "ROOTCA"))
                .putAllInitialResourceVersions(versions(both))
                .build());
        assertThat(versions(again.next())).as("of an older version").containsOnlyKeys("default");
        requests.onCompleted();
    }

    @Test
    void the_unary_form_answers_what_is_there() throws Exception {
        var stub = SecretDiscoveryServiceGrpc.newBlockingStub(channel);
        assertThatThrownBy(() -> stub.fetchSecrets(request("", "default").build()))
                .hasMessageContaining("[default] is there yet");
        identity.publish(Map.of("default", certificate("first")));
        assertThat(chain(stub.fetchSecrets(request("", "default").build()))).isEqualTo("first chain");
    }

    @Test
    void the_socket_is_its_owners_and_goes_when_it_is_closed() throws Exception {
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.getPosixFilePermissions(path.getParent()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        socket.close();
        assertThat(path).doesNotExist();
    }

    @Test
    void a_socket_that_was_left_behind_is_replaced_and_one_in_use_or_a_file_is_not() throws Exception {
        assertThatThrownBy(() -> new SecretSocket(path, identity, group))
                .hasMessageContaining("another program serves");
        Path left = folder.resolve("left.sock");
        try (var abandoned = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            abandoned.bind(UnixDomainSocketAddress.of(left));
        }
        new SecretSocket(left, identity, group).close();
        Path file = Files.writeString(folder.resolve("file"), "precious");
        assertThatThrownBy(() -> new SecretSocket(file, identity, group)).hasMessageContaining("a file or folder");
        assertThat(file).hasContent("precious");
    }

    private static io.weft.proxy.config.Secret certificate(String which) {
        return new io.weft.proxy.config.Secret.Certificate(which + " chain", which + " key");
    }

    private static DiscoveryRequest.Builder request(String nonce, String... names) {
        return DiscoveryRequest.newBuilder().setResponseNonce(nonce).addAllResourceNames(List.of(names));
    }

    private static Map<String, Secret> secrets(DiscoveryResponse response) throws InvalidProtocolBufferException {
        var secrets = new TreeMap<String, Secret>();
        for (var any : response.getResourcesList()) {
            Secret secret = any.unpack(Secret.class);
            secrets.put(secret.getName(), secret);
        }
        return secrets;
    }

    private static String chain(DiscoveryResponse response) throws InvalidProtocolBufferException {
        Secret secret = secrets(response).getOrDefault("default", Secret.getDefaultInstance());
        return secret.getTlsCertificate().getCertificateChain().getInlineString();
    }

    private static Map<String, String> versions(DeltaDiscoveryResponse response) {
        var versions = new TreeMap<String, String>();
        response.getResourcesList().forEach(resource -> versions.put(resource.getName(), resource.getVersion()));
        return versions;
    }

    /** The responses of one stream, in order. */
    private static final class Stream<A> implements StreamObserver<A> {
        private final BlockingQueue<A> responses = new LinkedBlockingQueue<>();

        A next() throws InterruptedException {
            A next = responses.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("no response within 10 s");
            }
            return next;
        }

        @Override
        public void onNext(A response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }

    /** An identity whose secrets are as a test says. */
    private static final class Known implements Identity {
        private final List<Consumer<Map<String, io.weft.proxy.config.Secret>>> listeners =
                new java.util.concurrent.CopyOnWriteArrayList<>();
        private volatile Map<String, io.weft.proxy.config.Secret> current = Map.of();

        void publish(Map<String, io.weft.proxy.config.Secret> secrets) {
            current = secrets;
            listeners.forEach(listener -> listener.accept(secrets));
        }

        @Override
        public void subscribe(Consumer<Map<String, io.weft.proxy.config.Secret>> listener) {
            listeners.add(listener);
            listener.accept(current);
        }

        @Override
        public void start() {}

        @Override
        public IdentityStatus status() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
