package io.weft.proxy.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.weft.proxy.wire.Bytes;
import org.jspecify.annotations.Nullable;

/** The stream of one call: gRPC's framing, and one message at a time for the receiver. Confined to its event loop. */
final class CallStream extends ChannelInboundHandlerAdapter {

    private static final AsciiString STATUS = AsciiString.cached("grpc-status");
    private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    private static final AsciiString GRPC = AsciiString.cached("application/grpc");

    private final GrpcServer server;
    private final GrpcCall call;
    private @Nullable Http2StreamChannel channel;
    private final Framing framing;
    private @Nullable GrpcStatus trailers;
    private boolean headersSeen;
    /** The receiver has a message: nothing more is read until it has been taken in. */
    private boolean busy;

    CallStream(GrpcServer server, GrpcCall call) {
        this.server = server;
        this.call = call;
        this.framing = new Framing(call.method().maxMessage());
    }

    EventLoop loop() {
        return open().eventLoop();
    }

    private Http2StreamChannel open() {
        if (channel == null) {
            throw new IllegalStateException("the stream is not open");
        }
        return channel;
    }

    void start(Http2StreamChannel opened) {
        channel = opened;
        opened.config().setAutoRead(false);
        Http2Headers headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme(server.tls() == null ? "http" : "https")
                .path(call.method().path())
                .authority(server.authority())
                .set("te", "trailers")
                .set(CONTENT_TYPE, GRPC)
                .set("user-agent", "weft");
        call.method().headers().forEach(headers::set);
        opened.writeAndFlush(new DefaultHttp2HeadersFrame(headers)).addListener(written -> {
            if (!written.isSuccess()) {
                call.end(GrpcStatus.failed(written.cause()));
            }
        });
        call.opened(this);
        opened.read();
    }

    /** May be called by any thread. */
    void send(Bytes message, boolean last) {
        loop().execute(() -> {
            ByteBuf framed = Framing.framed(message, open().alloc());
            open().writeAndFlush(new DefaultHttp2DataFrame(framed, last));
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        switch (frame) {
            case Http2HeadersFrame headers -> headers(headers);
            case Http2DataFrame data -> data(ctx.alloc(), data);
            case Http2ResetFrame reset -> call.end(GrpcStatus.reset(reset.errorCode()));
            default -> ReferenceCountUtil.release(frame);
        }
    }

    private void headers(Http2HeadersFrame frame) {
        Http2Headers headers = frame.headers();
        if (!headersSeen && headers.status() != null && headers.status().charAt(0) == '1') {
            return; // interim
        }
        boolean first = !headersSeen;
        headersSeen = true;
        CharSequence type = headers.get(CONTENT_TYPE);
        if (first
                && (!"200".contentEquals(headers.status())
                        || (type != null && !AsciiString.of(type).startsWith(GRPC)))) {
            call.end(GrpcStatus.http(headers.status()));
        } else if (frame.isEndStream()) {
            CharSequence status = headers.get(STATUS);
            trailers = status == null
                    ? new GrpcStatus(GrpcStatus.Code.UNKNOWN, "the server ended the call without a status")
                    : new GrpcStatus(GrpcStatus.Code.of(status), GrpcStatus.decoded(headers.get(MESSAGE)));
            deliver();
        }
    }

    private void data(ByteBufAllocator allocator, Http2DataFrame frame) {
        framing.add(allocator, frame.content());
        if (frame.isEndStream()) {
            trailers = new GrpcStatus(GrpcStatus.Code.UNKNOWN, "the server ended the call without trailers");
        }
        deliver();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!busy) {
            ctx.read();
        }
    }

    /** Hands on the next whole message; the call's end only after the last one. */
    private void deliver() {
        if (busy) {
            return;
        }
        Bytes message;
        try {
            message = framing.next();
        } catch (Framing.Refused e) {
            call.end(e.status());
            return;
        }
        if (message != null) {
            busy = true;
            call.received(message, () -> loop().execute(this::taken));
        } else if (trailers != null) {
            call.end(trailers);
        }
    }

    private void taken() {
        busy = false;
        deliver();
        if (!busy) {
            open().read();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        framing.release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!busy || trailers == null) {
            call.end(trailers != null ? trailers : GrpcStatus.unavailable("the stream was closed"));
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        call.end(GrpcStatus.failed(cause));
        ctx.close();
    }
}
