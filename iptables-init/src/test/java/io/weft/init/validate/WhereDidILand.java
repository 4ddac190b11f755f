package io.weft.init.validate;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A server for tests: answers every connection by its own name, the port that got it, and the destination meant. */
public final class WhereDidILand {
    private WhereDidILand() {}

    /** The server's name, then the ports to listen on, in both families. */
    public static void main(String[] args) throws IOException {
        List<ServerSocketChannel> listeners = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            ServerSocketChannel listener = ServerSocketChannel.open();
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            listeners.add(listener.bind(new InetSocketAddress(Integer.parseInt(args[i])), 128));
        }
        for (ServerSocketChannel listener : listeners) {
            Thread.ofPlatform().start(() -> serve(args[0], listener));
        }
        System.out.println("listening");
    }

    private static void serve(String name, ServerSocketChannel listener) {
        while (true) {
            try (SocketChannel accepted = listener.accept()) {
                int port = ((InetSocketAddress) accepted.getLocalAddress()).getPort();
                String answer = name + " " + port + " " + meant(accepted) + "\n";
                accepted.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException e) {
                System.out.println(e);
            }
        }
    }

    private static String meant(SocketChannel accepted) {
        try {
            boolean ipv6 = ((InetSocketAddress) accepted.getRemoteAddress()).getAddress() instanceof Inet6Address;
            Method descriptor = accepted.getClass().getMethod("getFDVal");
            descriptor.setAccessible(true);
            InetSocketAddress meant = Libc.originalDestination((int) descriptor.invoke(accepted), ipv6);
            return meant.equals(accepted.getLocalAddress())
                    ? "-"
                    : io.weft.init.options.Cidr.print(meant.getAddress()) + " " + meant.getPort();
        } catch (IOException e) {
            // Nothing redirected it.
            return "-";
        } catch (ReflectiveOperationException e) {
            return e.toString();
        }
    }
}
