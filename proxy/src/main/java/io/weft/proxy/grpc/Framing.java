package io.weft.proxy.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.weft.proxy.wire.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's framing of messages on one HTTP/2 stream: a flag for compression, the length, the message. Takes what comes in
 * pieces and gives whole messages. Confined to the stream's event loop; {@link #release} must follow its last use.
 */
public final class Framing {

    private static final int PREFIX = 5;

    private final int largest;
    private @Nullable ByteBuf unread;

    /** A message that cannot be taken; the status is what the call ends with. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final transient GrpcStatus status;

        Refused(GrpcStatus.Code code, String message) {
            super(message);
            status = new GrpcStatus(code, message);
        }

        public GrpcStatus status() {
            return status;
        }
    }

    /** @param largest bytes of one message */
    public Framing(int largest) {
        this.largest = largest;
    }

    /** Takes the buffer over. */
    public void add(ByteBufAllocator allocator, ByteBuf piece) {
        ByteBuf earlier = unread;
        unread = earlier == null ? piece : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, earlier, piece);
    }

    /** The next whole message; null while there is none. */
    public @Nullable Bytes next() throws Refused {
        ByteBuf bytes = unread;
        if (bytes == null || bytes.readableBytes() < PREFIX) {
            return null;
        }
        int start = bytes.readerIndex();
        long length = bytes.getUnsignedInt(start + 1);
        if (bytes.getByte(start) != 0) {
            throw new Refused(GrpcStatus.Code.UNIMPLEMENTED, "a compressed message, which was not asked for");
        }
        if (length > largest) {
            throw new Refused(
                    GrpcStatus.Code.RESOURCE_EXHAUSTED,
                    "a message of " + length + " bytes: expected at most " + largest);
        }
        if (bytes.readableBytes() < PREFIX + length) {
            return null;
        }
        byte[] message = new byte[(int) length];
        bytes.skipBytes(PREFIX).readBytes(message);
        if (!bytes.isReadable()) {
            release();
        }
        return Bytes.of(message);
    }

    /** Throws away what is left. */
    public void release() {
        ByteBuf bytes = unread;
        if (bytes != null) {
            unread = null;
            bytes.release();
        }
    }

    /** A message as it is sent, uncompressed. */
    public static ByteBuf framed(Bytes message, ByteBufAllocator allocator) {
        return allocator
                .buffer(PREFIX + message.size())
                .writeByte(0)
                .writeInt(message.size())
                .writeBytes(message.buffer());
    }
}
