package io.weft.proxy.xds;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;

/** Where the sockets to the control plane live. The group is not closed by those who are given it. */
public record EventLoops(EventLoopGroup group, Class<? extends SocketChannel> channel) {}
