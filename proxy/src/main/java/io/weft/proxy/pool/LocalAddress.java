package io.weft.proxy.pool;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;

/** Where a connection is made from, as logs show it: asked for while it is open, for a closed one no longer knows. */
public final class LocalAddress {

    private LocalAddress() {}

    /** Empty for a Unix domain socket. */
    public static String text(Channel channel) {
        return channel.localAddress() instanceof InetSocketAddress address
                ? NetUtil.toSocketAddressString(address)
                : "";
    }
}
