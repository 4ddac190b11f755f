package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.detect.Detection;
import io.weft.proxy.detect.FirstBytes;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Bytes that no peer in its right mind would send, given to the native handler without a socket. */
class HostileHandshakeTest {
    private static final String SNI = "outbound_.80_._.shop.default.svc.cluster.local";
    private static final int MUTATIONS = 3_000;

    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private final TlsContexts contexts = TlsContexts.of(Configs.mesh(authority, "a"));

    @AfterEach
    void release() {
        contexts.close();
    }

    @Test
    @DisplayName("F4: what BoringSSL sends is what detection reads, post-quantum key share and all")
    void detection_reads_the_hello_of_boringssl() throws Exception {
        assertThat(new FirstBytes(true, true).look(Unpooled.wrappedBuffer(hello())))
                .isEqualTo(new Detection.Tls(SNI, List.of("istio", "h2")));
    }

    @Test
    @DisplayName("F5")
    void mutated_and_truncated_records_neither_crash_nor_leak_nor_get_through() throws Exception {
        Random random = new Random(24970);
        byte[] hello = hello();
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] mutated = hello.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
            }
            EmbeddedChannel server = server();
            server.writeInbound(Unpooled.wrappedBuffer(mutated, 0, 1 + random.nextInt(mutated.length)));
            assertThat(server.inboundMessages()).isEmpty();
            server.finishAndReleaseAll();
        }
    }

    @Test
    @DisplayName("F8: an alert of unknown kind, and one cut off")
    void an_unknown_alert_closes_cleanly() throws Exception {
        for (byte[] alert : new byte[][] {{21, 3, 3, 0, 2, 2, (byte) 200}, {21, 3, 3, 0, 2, 1}}) {
            EmbeddedChannel server = server();
            server.writeInbound(Unpooled.wrappedBuffer(alert));
            server.finishAndReleaseAll();
            assertThat(server.isOpen()).isFalse();
        }
    }

    @Test
    @DisplayName("F3: silence")
    void a_handshake_that_does_not_go_on_ends_after_10_seconds() throws Exception {
        EmbeddedChannel server = new EmbeddedChannel();
        server.freezeTime();
        server.pipeline().addLast(contexts.newServerHandler(Configs.strict(), ByteBufAllocator.DEFAULT), new Quiet());
        server.writeInbound(Unpooled.wrappedBuffer(new byte[] {22, 3, 1, 2, 0, 1}));
        server.advanceTimeBy(9_999, TimeUnit.MILLISECONDS);
        server.runScheduledPendingTasks();
        assertThat(server.isOpen()).isTrue();
        server.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        server.runScheduledPendingTasks();
        assertThat(server.isOpen()).isFalse();
        server.finishAndReleaseAll();
        assertThat(contexts.handshaking()).isZero();
    }

    private byte[] hello() throws TlsUnavailable {
        UpstreamTls tls = new UpstreamTls(Configs.parameters(List.of("istio", "h2")), SNI, false, false);
        EmbeddedChannel client =
                new EmbeddedChannel(contexts.newClientHandler(tls, ByteBufAllocator.DEFAULT, null), new Quiet());
        ByteBuf sent = client.readOutbound();
        byte[] hello = ByteBufUtil.getBytes(sent);
        sent.release();
        client.finishAndReleaseAll();
        return hello;
    }

    private EmbeddedChannel server() throws TlsUnavailable {
        return new EmbeddedChannel(contexts.newServerHandler(Configs.strict(), ByteBufAllocator.DEFAULT), new Quiet());
    }

    /** Failures are what is expected here. */
    private static final class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ReferenceCountUtil.release(event);
        }
    }
}
