package io.weft.controlplane;

import static io.weft.controlplane.generate.ResourceType.CLUSTER;
import static io.weft.controlplane.generate.ResourceType.LISTENER;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2SettingsAckFrame;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import io.weft.controlplane.generate.ResourceType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that speaks before it has heard the server's SETTINGS, as HTTP/2 allows (RFC 9113, section 3.4) and Envoy does. */
class EarlyProxyTest {
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private TestMesh mesh;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        mesh = new TestMesh(folder, true);
    }

    @AfterEach
    void stop() throws InterruptedException {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        mesh.close();
    }

    @ParameterizedTest
    @DisplayName("X-01: a proxy whose first request came before it knew the server's settings is heard again")
    @ValueSource(ints = {1_000, 20_000, 30_000, 60_000})
    void what_follows_an_early_request_is_read_whatever_the_size_of_that(int bytes) throws Exception {
        var server = mesh.controlPlane().plaintextAddress().orElseThrow();
        var proxy = new EarlyProxy();
        proxy.connect(loop, server, request(CLUSTER).setNode(node(bytes)).build());
        assertThat(proxy.next().getTypeUrl()).isEqualTo(CLUSTER.typeUrl());
        proxy.takeSettings();
        proxy.send(request(LISTENER).build());
        assertThat(proxy.next().getTypeUrl()).isEqualTo(LISTENER.typeUrl());
    }

    private static DiscoveryRequest.Builder request(ResourceType type) {
        return DiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
    }

    /** Envoy's is large too: it tells the names of all its extensions. */
    private static Node node(int bytes) {
        return TestProxy.node("shop", "cart-0", "EXTENSIONS", "x".repeat(bytes));
    }

    /** One stream. What it sends leaves as far as the windows go that it knows of. */
    private static final class EarlyProxy extends ChannelInboundHandlerAdapter {
        private static final long SECONDS = 10;
        private static final int PREFIX = 5;
        private static final String METHOD = AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod()
                .getFullMethodName();

        private final ByteBuf received = Unpooled.buffer();
        private final BlockingQueue<DiscoveryResponse> responses = new LinkedBlockingQueue<>();
        private volatile @Nullable Channel stream;

        /** The first request is on its way before anything is read. */
        void connect(EventLoopGroup loop, InetSocketAddress server, DiscoveryRequest first) {
            Channel connection = new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel connecting) {
                            connecting
                                    .pipeline()
                                    .addLast(Http2FrameCodecBuilder.forClient()
                                            .autoAckSettingsFrame(false)
                                            .build())
                                    .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                        }
                    })
                    .register()
                    .syncUninterruptibly()
                    .channel();
            connection
                    .connect(server)
                    .addListener(_ -> new Http2StreamChannelBootstrap(connection)
                            .handler(this)
                            .open()
                            .addListener(opened -> {
                                stream = (Channel) opened.getNow();
                                begin();
                                send(first);
                            }));
        }

        private void begin() {
            stream()
                    .write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers()
                            .method("POST")
                            .scheme("http")
                            .authority("weft")
                            .path("/" + METHOD)
                            .add("content-type", "application/grpc")
                            .add("te", "trailers")));
        }

        void send(DiscoveryRequest request) {
            byte[] message = request.toByteArray();
            ByteBuf data = Unpooled.buffer(PREFIX + message.length)
                    .writeByte(0)
                    .writeInt(message.length)
                    .writeBytes(message);
            stream().writeAndFlush(new DefaultHttp2DataFrame(data));
        }

        void takeSettings() {
            stream().parent().writeAndFlush(Http2SettingsAckFrame.INSTANCE);
        }

        private Channel stream() {
            return requireNonNull(stream);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) throws IOException {
            if (frame instanceof Http2DataFrame data) {
                received.writeBytes(data.content());
                parse();
            }
            ReferenceCountUtil.release(frame);
        }

        private void parse() throws IOException {
            while (received.readableBytes() >= PREFIX
                    && received.readableBytes() >= PREFIX + received.getInt(received.readerIndex() + 1)) {
                received.skipBytes(1);
                byte[] message = new byte[received.readInt()];
                received.readBytes(message);
                responses.add(DiscoveryResponse.parseFrom(message));
            }
        }

        DiscoveryResponse next() throws InterruptedException {
            DiscoveryResponse response = responses.poll(SECONDS, TimeUnit.SECONDS);
            assertThat(response).as("a response within %s s", SECONDS).isNotNull();
            return requireNonNull(response);
        }
    }
}
