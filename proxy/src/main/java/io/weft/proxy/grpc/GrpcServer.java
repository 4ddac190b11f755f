package io.weft.proxy.grpc;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * Whom to call.
 *
 * @param tls null speaks plaintext
 * @param serverName SNI and authority instead of the host; empty for the host
 * @param loops where the connection's socket lives; not closed here
 */
public record GrpcServer(
        String host,
        int port,
        @Nullable SslContext tls,
        String serverName,
        EventLoopGroup loops,
        Class<? extends SocketChannel> channel) {

    String authority() {
        if (!serverName.isEmpty()) {
            return serverName;
        }
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }

    String tlsName() {
        return serverName.isEmpty() ? host : serverName;
    }
}
