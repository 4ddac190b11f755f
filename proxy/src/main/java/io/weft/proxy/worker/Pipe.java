package io.weft.proxy.worker;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/**
 * A pipe of the kernel (pipe(7)) through which splice(2) moves bytes from one socket to another. Belongs to whoever took
 * it from {@link Pipes} and is given back there. Neither of its ends ever blocks.
 */
public final class Pipe {

    private final FileDescriptor out;
    private final FileDescriptor in;

    private Pipe(FileDescriptor out, FileDescriptor in) {
        this.out = out;
        this.in = in;
    }

    static Pipe open() throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        return new Pipe(ends[0], ends[1]);
    }

    /**
     * Takes what a socket has received.
     *
     * @return how many bytes; 0 where nothing is there, the peer sends no more, or the pipe is full
     * @throws IOException the socket is broken
     */
    public int fill(FileDescriptor socket, int atMost) throws IOException {
        return Native.splice(socket.intValue(), -1, in.intValue(), -1, atMost);
    }

    /**
     * Gives a socket what the pipe holds.
     *
     * @return how many bytes; 0 where the socket takes none now
     * @throws IOException the socket is broken
     */
    public int drain(FileDescriptor socket, long atMost) throws IOException {
        return Native.splice(out.intValue(), -1, socket.intValue(), -1, atMost);
    }

    void close() {
        close(out);
        close(in);
    }

    private static void close(FileDescriptor end) {
        try {
            end.close();
        } catch (IOException e) {
            // The descriptor is gone all the same: close(2) never leaves it open.
        }
    }
}
