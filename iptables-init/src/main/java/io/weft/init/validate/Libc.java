package io.weft.init.validate;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The few calls of the C library that the platform's own sockets do not offer: SO_ORIGINAL_DST, and a file system uid per
 * thread (setfsuid(2)), which is what netfilter takes for the owner of a socket. Linux, 64 bit.
 */
final class Libc {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SOL_IP = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_IPV6 = 41;
    private static final int SO_REUSEADDR = 2;
    private static final int SO_RCVTIMEO = 20;
    private static final int IPV6_V6ONLY = 26;
    private static final int SO_ORIGINAL_DST = 80;
    private static final int SOCKADDR_LENGTH = 28;
    private static final int EAGAIN = 11;
    private static final int EADDRINUSE = 98;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final ValueLayout.OfShort BIG_ENDIAN_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final MethodHandle SOCKET = function("socket", INT, INT, INT);
    private static final MethodHandle BIND = function("bind", INT, POINTER, INT);
    private static final MethodHandle LISTEN = function("listen", INT, INT);
    private static final MethodHandle ACCEPT = function("accept", INT, POINTER, POINTER);
    private static final MethodHandle GETSOCKOPT = function("getsockopt", INT, INT, INT, POINTER, POINTER);
    private static final MethodHandle SETSOCKOPT = function("setsockopt", INT, INT, INT, POINTER, INT);
    private static final MethodHandle CLOSE = function("close", INT);
    private static final MethodHandle SETFSUID = function("setfsuid", INT);
    private static final MethodHandle SETFSGID = function("setfsgid", INT);

    private Libc() {}

    @SuppressWarnings("restricted") // The program is started with --enable-native-access.
    private static MethodHandle function(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(INT, arguments),
                Linker.Option.captureCallState("errno"));
    }

    /** A listening TCP socket; returns its descriptor. */
    static int listen(InetSocketAddress at) throws IOException {
        boolean ipv6 = at.getAddress() instanceof Inet6Address;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int descriptor = check(
                    (int) SOCKET.invokeExact(state, ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM_CLOEXEC, 0),
                    state,
                    "socket");
            MemorySegment one = arena.allocateFrom(INT, 1);
            MemorySegment address = sockaddr(arena, at);
            int length = ipv6 ? SOCKADDR_LENGTH : 16;
            try {
                check(
                        (int) SETSOCKOPT.invokeExact(state, descriptor, SOL_SOCKET, SO_REUSEADDR, one, 4),
                        state,
                        "reuse");
                if (ipv6) {
                    check((int) SETSOCKOPT.invokeExact(state, descriptor, SOL_IPV6, IPV6_V6ONLY, one, 4), state, "v6");
                }
                check((int) BIND.invokeExact(state, descriptor, address, length), state, "bind to " + at);
                check((int) LISTEN.invokeExact(state, descriptor, 64), state, "listen on " + at);
                return descriptor;
            } catch (IOException e) {
                close(descriptor);
                throw e;
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("listen on " + at, e);
        }
    }

    /**
     * Accepts one connection, reads the destination that it meant and closes it.
     *
     * @return the destination, or null when nothing came within {@code millis}
     */
    static @Nullable InetSocketAddress acceptOriginalDestination(int listener, boolean ipv6, long millis)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment timeout = arena.allocateFrom(ValueLayout.JAVA_LONG, millis / 1000, millis % 1000 * 1000);
            check(
                    (int) SETSOCKOPT.invokeExact(state, listener, SOL_SOCKET, SO_RCVTIMEO, timeout, 16),
                    state,
                    "timeout");
            int accepted = (int) ACCEPT.invokeExact(state, listener, MemorySegment.NULL, MemorySegment.NULL);
            if (accepted < 0 && (int) ERRNO.get(state, 0L) == EAGAIN) {
                return null;
            }
            check(accepted, state, "accept");
            try {
                return originalDestination(accepted, ipv6);
            } finally {
                close(accepted);
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("accept", e);
        }
    }

    /** The destination that a redirected connection meant; fails for one that was not redirected. */
    static InetSocketAddress originalDestination(int descriptor, boolean ipv6) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment address = arena.allocate(SOCKADDR_LENGTH);
            MemorySegment length = arena.allocateFrom(INT, SOCKADDR_LENGTH);
            int level = ipv6 ? SOL_IPV6 : SOL_IP;
            int result = (int) GETSOCKOPT.invokeExact(state, descriptor, level, SO_ORIGINAL_DST, address, length);
            check(result, state, "SO_ORIGINAL_DST");
            byte[] bytes = address.asSlice(ipv6 ? 8 : 4, ipv6 ? 16 : 4).toArray(ValueLayout.JAVA_BYTE);
            int port = Short.toUnsignedInt(address.get(BIG_ENDIAN_SHORT, 2));
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("SO_ORIGINAL_DST", e);
        }
    }

    static void close(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) CLOSE.invokeExact(arena.allocate(STATE), descriptor);
            assert ignored <= 0;
        } catch (Throwable e) {
            throw new IllegalStateException("close", e);
        }
    }

    /** The uid that sockets made by this thread belong to. */
    static long fileSystemUid() {
        return identity(SETFSUID, -1);
    }

    static long fileSystemGid() {
        return identity(SETFSGID, -1);
    }

    /** Makes sockets that this thread opens belong to a user and a group; false where that takes a capability we lack. */
    static boolean becomeOwner(long uid, long gid) {
        // The group first: a thread that has given up uid 0 may have lost the right to change it.
        identity(SETFSGID, (int) gid);
        identity(SETFSUID, (int) uid);
        return fileSystemUid() == uid && fileSystemGid() == gid;
    }

    /** Both calls return the value of before and report no error; an impossible id only asks. */
    private static long identity(MethodHandle call, int id) {
        try (Arena arena = Arena.ofConfined()) {
            return Integer.toUnsignedLong((int) call.invokeExact(arena.allocate(STATE), id));
        } catch (Throwable e) {
            throw new IllegalStateException("setfsuid or setfsgid", e);
        }
    }

    private static MemorySegment sockaddr(Arena arena, InetSocketAddress at) {
        byte[] bytes = at.getAddress().getAddress();
        boolean ipv6 = bytes.length == 16;
        MemorySegment address = arena.allocate(SOCKADDR_LENGTH);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) (ipv6 ? AF_INET6 : AF_INET));
        address.set(BIG_ENDIAN_SHORT, 2, (short) at.getPort());
        MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, ipv6 ? 8 : 4, bytes.length);
        return address;
    }

    private static int check(int result, MemorySegment state, String call) throws IOException {
        if (result >= 0) {
            return result;
        }
        int errno = (int) ERRNO.get(state, 0L);
        throw new IOException(
                call + " failed: " + (errno == EADDRINUSE ? "the port is taken (EADDRINUSE)" : "errno " + errno));
    }
}
