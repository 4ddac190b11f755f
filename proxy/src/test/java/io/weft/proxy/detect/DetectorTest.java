package io.weft.proxy.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.weft.proxy.config.Listener.Inspection;
import io.weft.proxy.detect.Detection.Http1;
import io.weft.proxy.detect.Detection.Opaque;
import io.weft.proxy.detect.Detection.Rejected;
import io.weft.proxy.detect.Detection.Tls;
import io.weft.proxy.detect.Detection.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class DetectorTest {
    private static final Inspection BOTH = new Inspection(true, true, Duration.ofSeconds(1), true);
    private static final Inspection CLOSING = new Inspection(true, true, Duration.ofSeconds(1), false);

    private final List<Detection> said = new ArrayList<>();

    @Test
    void the_bytes_come_out_behind_the_callback_as_they_went_in() {
        EmbeddedChannel channel = channel(new Detector(BOTH, (ctx, found) -> {
            said.add(found);
            ctx.pipeline().addLast(new ChannelInboundHandlerAdapter());
        }));
        channel.writeInbound(bytes("GET / HT"));
        assertThat(said).isEmpty();
        assertThat(received(channel)).isEmpty();

        channel.writeInbound(bytes("TP/1.1\r\nHost"));
        channel.writeInbound(bytes(": a\r\n"));

        assertThat(said).containsExactly(new Http1(Version.HTTP_1_1));
        assertThat(received(channel)).isEqualTo("GET / HTTP/1.1\r\nHost: a\r\n");
        assertThat(channel.pipeline().get(Detector.class)).isNull();
        channel.finishAndReleaseAll();
    }

    @Test
    void tls_is_told_with_its_server_name() {
        EmbeddedChannel channel = channel(detector(BOTH));
        ByteBuf hello = ByteBufAllocator.DEFAULT.buffer();
        hello.writeBytes(Hello.records(Hello.message("shop.example", "istio"), 16384));
        channel.writeInbound(hello);
        assertThat(said).containsExactly(new Tls("shop.example", List.of("istio")));
        channel.finishAndReleaseAll();
    }

    @Test
    @DisplayName("F10: silence")
    void a_silent_client_counts_as_opaque_after_the_timeout_and_not_before() {
        EmbeddedChannel channel = channel(detector(BOTH));
        wait(channel, Duration.ofMillis(999));
        assertThat(said).isEmpty();
        wait(channel, Duration.ofMillis(1));
        assertThat(said).containsExactly(new Opaque());
        channel.finishAndReleaseAll();
    }

    @Test
    void a_silent_client_is_rejected_after_the_timeout_where_it_is_configured_so() {
        EmbeddedChannel channel = channel(detector(CLOSING));
        wait(channel, Duration.ofSeconds(1));
        assertThat(said).singleElement().isInstanceOf(Rejected.class);
        channel.finishAndReleaseAll();
    }

    @Test
    @DisplayName("F10: one byte, then a pause")
    void bytes_that_are_undecided_at_the_timeout_are_passed_on() {
        EmbeddedChannel channel = channel(detector(BOTH));
        channel.writeInbound(bytes("G"));
        wait(channel, Duration.ofSeconds(1));
        assertThat(said).containsExactly(new Opaque());
        assertThat(received(channel)).isEqualTo("G");
        channel.finishAndReleaseAll();
    }

    @Test
    @DisplayName("F3, F10: half a ClientHello is never passed on as opaque bytes")
    void an_unfinished_hello_is_rejected_at_the_timeout() {
        EmbeddedChannel channel = channel(detector(BOTH));
        ByteBuf half = ByteBufAllocator.DEFAULT.buffer();
        half.writeBytes(Hello.records(Hello.message("shop.example"), 16384), 0, 30);
        channel.writeInbound(half);
        wait(channel, Duration.ofSeconds(1));
        assertThat(said).singleElement().isInstanceOf(Rejected.class);
        channel.finishAndReleaseAll();
    }

    @Test
    @DisplayName("F10: server speaks first")
    void a_server_that_speaks_first_ends_the_detection_at_once() {
        Detector detector = detector(BOTH);
        EmbeddedChannel channel = channel(detector);
        channel.writeInbound(bytes("GE"));

        detector.decideOpaque();
        detector.decideOpaque();
        channel.writeInbound(bytes("T / HTTP/1.1\r\n"));
        wait(channel, Duration.ofSeconds(2));

        assertThat(said).containsExactly(new Opaque());
        assertThat(received(channel)).isEqualTo("GET / HTTP/1.1\r\n");
        channel.finishAndReleaseAll();
    }

    @Test
    void a_client_that_half_closes_without_a_word_is_opaque_and_its_end_is_seen_behind() {
        List<Object> events = new ArrayList<>();
        EmbeddedChannel channel = channel(new Detector(BOTH, (ctx, found) -> {
            said.add(found);
            ctx.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext behind, Object event) {
                    events.add(event);
                }
            });
        }));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(said).containsExactly(new Opaque());
        assertThat(events).containsExactly(ChannelInputShutdownEvent.INSTANCE);
        channel.finishAndReleaseAll();
    }

    @Test
    void a_client_that_closes_first_is_not_told_of_and_its_bytes_are_released() {
        EmbeddedChannel channel = channel(detector(BOTH));
        ByteBuf bytes = bytes("GET");
        channel.writeInbound(bytes);
        channel.close();
        assertThat(said).isEmpty();
        assertThat(bytes.refCnt()).isZero();
        channel.finishAndReleaseAll();
    }

    @Test
    void a_callback_that_closes_the_channel_has_the_bytes_released() {
        EmbeddedChannel channel = channel(new Detector(BOTH, (ctx, _) -> ctx.close()));
        ByteBuf bytes = bytes("\u0001\u0002");
        channel.writeInbound(bytes);
        assertThat(bytes.refCnt()).isZero();
        channel.finishAndReleaseAll();
    }

    @Test
    void nothing_to_look_for_is_decided_without_a_byte() {
        EmbeddedChannel channel = channel(detector(Inspection.NONE));
        assertThat(said).containsExactly(new Opaque());
        channel.finishAndReleaseAll();
    }

    @Test
    void it_reads_for_itself_where_reading_is_not_automatic() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        List<String> reads = new ArrayList<>();
        channel.pipeline().addLast(new io.netty.channel.ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext ctx) {
                reads.add("read");
                ctx.read();
            }
        });
        channel.pipeline().addLast(detector(BOTH));
        assertThat(reads).hasSize(1);
        channel.writeInbound(bytes("GET"));
        assertThat(reads).hasSize(2);
        channel.finishAndReleaseAll();
    }

    private Detector detector(Inspection inspection) {
        return new Detector(inspection, (_, found) -> said.add(found));
    }

    /** Time stands still until it is moved. */
    private static EmbeddedChannel channel(Detector detector) {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(detector);
        return channel;
    }

    private static void wait(EmbeddedChannel channel, Duration time) {
        channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    private static ByteBuf bytes(String text) {
        ByteBuf bytes = ByteBufAllocator.DEFAULT.buffer();
        bytes.writeCharSequence(text, StandardCharsets.ISO_8859_1);
        return bytes;
    }

    private static String received(EmbeddedChannel channel) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
            text.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
        }
        return text.toString();
    }
}
