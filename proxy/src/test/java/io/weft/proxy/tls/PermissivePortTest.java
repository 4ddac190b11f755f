package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.config.Listener.Inspection;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.detect.Detection;
import io.weft.proxy.detect.Detector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Detection in front of TLS: one port for both, without a byte lost between the two handlers. */
class PermissivePortTest {
    private static final Inspection INSPECTION = new Inspection(true, true, Duration.ofSeconds(1), true);

    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private final TlsContexts contexts = TlsContexts.of(Configs.mesh(authority, "a"));
    private final EmbeddedChannel server = new EmbeddedChannel();

    @AfterEach
    void release() {
        server.finishAndReleaseAll();
        contexts.close();
    }

    @Test
    @DisplayName("T-02, F1: the hello arrives a byte at a time")
    void a_hello_that_was_held_for_detection_is_answered_by_the_handler_behind_it() throws Exception {
        server.pipeline().addLast(new Detector(INSPECTION, this::install));
        UpstreamTls tls = Configs.upstream("a.shop", Configs.uri(Configs.id(TrustDomain.DEFAULT, "a")));
        EmbeddedChannel client = new EmbeddedChannel(contexts.newClientHandler(tls, ByteBufAllocator.DEFAULT, null));
        ByteBuf hello = client.readOutbound();
        while (hello.isReadable()) {
            server.writeInbound(hello.readRetainedSlice(1));
        }
        hello.release();
        while (pass(server, client) || pass(client, server)) {
            assertThat(client.isOpen()).isTrue();
        }

        TlsSession session = contexts.session(client.pipeline().get(SslHandler.class));
        assertThat(session.peer()).isNotNull();
        assertThat(contexts.session(server.pipeline().get(SslHandler.class)).serverName())
                .isEqualTo("a.shop");
        client.writeOutbound(Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII));
        pass(client, server);
        assertThat(text(server)).isEqualTo("hello");
        client.finishAndReleaseAll();
    }

    @Test
    @DisplayName("T-02")
    void plaintext_goes_on_as_it_is() {
        server.pipeline().addLast(new Detector(INSPECTION, this::install));
        server.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n", StandardCharsets.US_ASCII));
        assertThat(server.pipeline().get(SslHandler.class)).isNull();
        assertThat(text(server)).isEqualTo("GET / HTTP/1.1\r\n");
    }

    private void install(ChannelHandlerContext ctx, Detection detection) {
        if (detection instanceof Detection.Tls(String serverName, List<String> alpn)) {
            assertThat(serverName).isEqualTo("a.shop");
            assertThat(alpn).isEmpty();
            try {
                ctx.pipeline().addLast(contexts.newServerHandler(Configs.strict(), ctx.alloc()));
            } catch (TlsUnavailable e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Carries what one end has written to the other. */
    private static boolean pass(EmbeddedChannel from, EmbeddedChannel to) {
        boolean any = false;
        for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            to.writeInbound(bytes);
            any = true;
        }
        return any;
    }

    private static String text(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
            text.append(part.toString(StandardCharsets.US_ASCII));
            part.release();
        }
        return text.toString();
    }
}
