package io.weft.proxy.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.ByteToMessageDecoder;
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

    /** Compression flag and length before each message. */
    private static final int PREFIX = 5;

    private final GrpcServer server;
    private final GrpcCall call;
    private @Nullable Http2StreamChannel channel;
    private @Nullable ByteBuf unread;
    private @Nullable GrpcStatus trailers;
    private boolean headersSeen;
    /** The receiver has a message: nothing more is read until it has been taken in. */
    private boolean busy;

    CallStream(GrpcServer server, GrpcCall call) {
        this.server = server;
        this.call = call;
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
            ByteBuf framed = open().alloc().buffer(PREFIX + message.size());
            framed.writeByte(0).writeInt(message.size()).writeBytes(message.buffer());
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
        ByteBuf content = frame.content();
        unread = unread == null ? content : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, unread, content);
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
        Bytes message = next();
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

    private @Nullable Bytes next() {
        ByteBuf bytes = unread;
        if (bytes == null || bytes.readableBytes() < PREFIX) {
            return null;
        }
        int start = bytes.readerIndex();
        long length = bytes.getUnsignedInt(start + 1);
        if (bytes.getByte(start) != 0) {
            call.end(new GrpcStatus(GrpcStatus.Code.INTERNAL, "a compressed message, which was not asked for"));
            return null;
        }
        if (length > call.method().maxMessage()) {
            call.end(new GrpcStatus(
                    GrpcStatus.Code.RESOURCE_EXHAUSTED,
                    "a message of " + length + " bytes: expected at most "
                            + call.method().maxMessage()));
            return null;
        }
        if (bytes.readableBytes() < PREFIX + length) {
            return null;
        }
        byte[] message = new byte[(int) length];
        bytes.skipBytes(PREFIX).readBytes(message);
        if (!bytes.isReadable()) {
            bytes.release();
            unread = null;
        }
        return Bytes.of(message);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (unread != null) {
            unread.release();
            unread = null;
        }
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
