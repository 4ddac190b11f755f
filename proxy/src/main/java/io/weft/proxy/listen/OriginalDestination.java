package io.weft.proxy.listen;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a redirected connection wanted to go: what conntrack remembers, asked for by SO_ORIGINAL_DST. An IPv4 connection
 * on a dual-stack socket is asked for as IPv4.
 */
final class OriginalDestination {

    private static final int SO_ORIGINAL_DST = 80;
    private static final RawUnixChannelOption V4 = new RawUnixChannelOption("SO_ORIGINAL_DST", 0, SO_ORIGINAL_DST, 16);
    private static final RawUnixChannelOption V6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", 41, SO_ORIGINAL_DST, 28);

    private OriginalDestination() {}

    /** Null where the connection was not redirected or the kernel does not track it. */
    static @Nullable InetSocketAddress of(EpollSocketChannel channel) {
        InetSocketAddress local = channel.localAddress();
        boolean v4 = local.getAddress().getAddress().length == 4;
        try {
            ByteBuffer name = channel.config().getOption(v4 ? V4 : V6);
            return name == null ? null : read(name, v4);
        } catch (ChannelException e) {
            return null;
        }
    }

    /** Reads a sockaddr_in or sockaddr_in6: family in host order, port and address in network order. */
    private static InetSocketAddress read(ByteBuffer name, boolean v4) {
        int port = (name.get(2) & 0xff) << 8 | (name.get(3) & 0xff);
        byte[] address = new byte[v4 ? 4 : 16];
        name.get(v4 ? 4 : 8, address);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // 4 or 16 bytes
        }
    }
}
