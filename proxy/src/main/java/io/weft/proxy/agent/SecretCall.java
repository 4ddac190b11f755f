package io.weft.proxy.agent;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.weft.proxy.grpc.Framing;
import io.weft.proxy.grpc.GrpcStatus;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.MalformedMessage;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One call of a client: gRPC's framing on an HTTP/2 stream of its own. What is read is confined to its event loop. */
final class SecretCall extends ChannelInboundHandlerAdapter implements SecretStream.Client {
    private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
    private static final AsciiString GRPC = AsciiString.cached("application/grpc");

    private static final int LARGEST_MESSAGE = 64 << 10;

    private final SecretService service;
    private final Channel channel;
    private SecretService.@Nullable Call call;
    private boolean over;
    private final Framing framing = new Framing(LARGEST_MESSAGE);

    SecretCall(SecretService service, Channel channel) {
        this.service = service;
        this.channel = channel;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) throws MalformedMessage {
        switch (frame) {
            case Http2HeadersFrame headers -> headers(headers);
            case Http2DataFrame data -> data(ctx, data);
            case Http2ResetFrame _ -> lost();
            default -> ReferenceCountUtil.release(frame);
        }
    }

    private void headers(Http2HeadersFrame frame) {
        SecretService.Call known = call;
        if (known == null) {
            CharSequence type = frame.headers().get(CONTENT_TYPE);
            if (type == null || !AsciiString.of(type).startsWith(GRPC)) {
                channel.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("415"), true));
                return;
            }
            channel.writeAndFlush(new DefaultHttp2HeadersFrame(
                    new DefaultHttp2Headers().status("200").set(CONTENT_TYPE, GRPC)));
            known = service.begin(String.valueOf(frame.headers().path()), this);
            call = known;
        }
        if (frame.isEndStream()) {
            known.ended();
        }
    }

    private void data(ChannelHandlerContext ctx, Http2DataFrame frame) throws MalformedMessage {
        SecretService.Call known = call;
        if (known == null || over) {
            frame.release();
            return;
        }
        framing.add(ctx.alloc(), frame.content());
        try {
            for (Bytes message = framing.next(); message != null; message = framing.next()) {
                known.received(message);
            }
        } catch (Framing.Refused e) {
            refuse(e.status());
            return;
        }
        if (frame.isEndStream()) {
            known.ended();
        }
    }

    @Override
    public void send(Bytes response) {
        channel.writeAndFlush(new DefaultHttp2DataFrame(Framing.framed(response, channel.alloc()), false));
    }

    @Override
    @SuppressWarnings("EnumOrdinal") // the codes stand in the order of their numbers
    public void end(GrpcStatus status) {
        Http2Headers trailers = new DefaultHttp2Headers();
        trailers.set("grpc-status", String.valueOf(status.code().ordinal()));
        if (!status.message().isEmpty()) {
            trailers.set("grpc-message", printable(status.message()));
        }
        channel.writeAndFlush(new DefaultHttp2HeadersFrame(trailers, true));
    }

    /** Messages here are in ASCII; what a client wrote into one may be anything. */
    private static String printable(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b <= '~' && b != '%') {
                out.append((char) b);
            } else {
                out.append(String.format("%%%02X", b & 0xff));
            }
        }
        return out.toString();
    }

    /** What the client sends from now on is not looked at. */
    private void refuse(GrpcStatus status) {
        over = true;
        lost();
        end(status);
    }

    private void lost() {
        SecretService.Call known = call;
        if (known != null) {
            known.lost();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        lost();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        framing.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof MalformedMessage) {
            refuse(new GrpcStatus(GrpcStatus.Code.INVALID_ARGUMENT, String.valueOf(cause.getMessage())));
        } else {
            lost();
            ctx.close();
        }
    }
}
