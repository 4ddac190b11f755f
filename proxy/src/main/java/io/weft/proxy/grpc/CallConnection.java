package io.weft.proxy.grpc;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connection of one call: TLS, HTTP/2, and whether the other side is still there. */
final class CallConnection extends ChannelInboundHandlerAdapter {

    private static final int SILENCE_SECONDS = 30;
    private static final int ANSWER_SECONDS = 10;
    private static final int STREAM_WINDOW = 1024 * 1024;
    /** Of a status message, mostly. */
    private static final int MAX_HEADERS = 64 * 1024;

    private static final long PING = 0x77656674;

    private final GrpcServer server;
    private final GrpcCall call;
    private @Nullable Future<?> overdue;
    private boolean begun;

    private CallConnection(GrpcServer server, GrpcCall call) {
        this.server = server;
        this.call = call;
    }

    static void setUp(SocketChannel channel, GrpcServer server, GrpcCall call) {
        ChannelPipeline pipeline = channel.pipeline();
        // First, so that every byte counts as a sign of life.
        pipeline.addLast(new IdleStateHandler(SILENCE_SECONDS, 0, 0));
        if (server.tls() != null) {
            pipeline.addLast(server.tls().newHandler(channel.alloc(), server.tlsName(), server.port()));
        }
        pipeline.addLast(Http2FrameCodecBuilder.forClient()
                .initialSettings(Http2Settings.defaultSettings()
                        .pushEnabled(false)
                        .initialWindowSize(STREAM_WINDOW)
                        .maxHeaderListSize(MAX_HEADERS))
                // The call is over when its connection is closed: there is nothing to wait for.
                .gracefulShutdownTimeoutMillis(0)
                .build());
        pipeline.addLast(new Http2MultiplexHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(io.netty.channel.Channel pushed) {
                pushed.close(); // none was asked for
            }
        }));
        pipeline.addLast(new CallConnection(server, call));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        alive();
        // The server's settings come first: only then is it known to speak HTTP/2.
        if (frame instanceof Http2SettingsFrame && !begun) {
            begun = true;
            begin(ctx);
        }
        ReferenceCountUtil.release(frame);
    }

    private void begin(ChannelHandlerContext ctx) {
        CallStream stream = new CallStream(server, call);
        new Http2StreamChannelBootstrap(ctx.channel()).handler(stream).open().addListener(opened -> {
            if (opened.isSuccess()) {
                stream.start((Http2StreamChannel) opened.getNow());
            } else {
                call.end(GrpcStatus.failed(opened.cause()));
            }
        });
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        alive();
        ctx.fireChannelReadComplete();
    }

    private void alive() {
        if (overdue != null) {
            overdue.cancel(false);
            overdue = null;
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslHandshakeCompletionEvent handshake when !handshake.isSuccess() -> fail(ctx, handshake.cause());
            case SslHandshakeCompletionEvent _ -> {
                SslHandler tls = ctx.pipeline().get(SslHandler.class);
                if (tls != null && !ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol())) {
                    call.end(GrpcStatus.unavailable("the server does not offer HTTP/2 by ALPN"));
                }
            }
            case IdleStateEvent _ -> test(ctx);
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    private void test(ChannelHandlerContext ctx) {
        if (overdue == null) {
            overdue = ctx.executor()
                    .schedule(
                            () -> call.end(GrpcStatus.unavailable(
                                    "the server has not answered for " + (SILENCE_SECONDS + ANSWER_SECONDS) + " s")),
                            ANSWER_SECONDS,
                            TimeUnit.SECONDS);
            ctx.writeAndFlush(new DefaultHttp2PingFrame(PING)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        alive();
        call.end(GrpcStatus.unavailable(begun ? "the connection was closed" : "the connection was closed at once"));
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause);
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        call.end(GrpcStatus.failed(cause));
        ctx.close();
    }
}
