package io.weft.proxy.detect;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.detect.Detection.NeedMore;
import io.weft.proxy.detect.Detection.Opaque;
import io.weft.proxy.detect.Detection.Rejected;

/**
 * Finds a ClientHello that may be spread over any number of TLS records (RFC 8446 section 5.1; attack cases F1 to F4).
 * Each record is walked once, when it is whole; the message is read when all of it is there, in place if it came in one
 * record.
 */
final class ClientHello {
    /** Of the bytes on the wire, record headers included. */
    static final int MAX_BYTES = 64 * 1024;

    private static final int RECORD_HEADER = 5;
    private static final int MESSAGE_HEADER = 4;
    private static final int MAX_RECORD = 16 * 1024;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int MAJOR = 3;
    private static final int LAST_MINOR = 4;

    // The offset of the next record, what the records before it held of the message, how many they were, and the first
    // four bytes of the message: its type and length.
    private int next;
    private int gathered;
    private int records;
    private int header;
    private boolean begun;

    /** True once the bytes can hardly be anything but a ClientHello, whole or not. */
    boolean begun() {
        return begun;
    }

    Detection look(ByteBuf bytes) {
        int available = bytes.readableBytes();
        if (!begun) {
            if (!mayBeTls(bytes, available)) {
                return new Opaque();
            }
            begun = available > RECORD_HEADER;
        }
        while (gathered < MESSAGE_HEADER || gathered < length()) {
            if (available < next + RECORD_HEADER) {
                return new NeedMore(next + RECORD_HEADER);
            }
            int at = bytes.readerIndex() + next;
            int size = bytes.getUnsignedShort(at + 3);
            if (bytes.getUnsignedByte(at) != HANDSHAKE || bytes.getUnsignedByte(at + 1) != MAJOR || !isSize(size)) {
                return new Rejected("ClientHello broken off by another record");
            }
            if (next + RECORD_HEADER + size > MAX_BYTES) {
                return new Rejected("ClientHello of more than " + MAX_BYTES + " bytes on the wire");
            }
            if (available < next + RECORD_HEADER + size) {
                return new NeedMore(next + RECORD_HEADER + size);
            }
            take(bytes, at + RECORD_HEADER, size);
            if (gathered >= MESSAGE_HEADER && length() > MAX_BYTES) {
                return new Rejected("ClientHello of " + length() + " bytes; expected at most " + MAX_BYTES);
            }
        }
        return read(bytes);
    }

    private void take(ByteBuf bytes, int at, int size) {
        for (int i = 0; i < size && gathered + i < MESSAGE_HEADER; i++) {
            header = header << 8 | bytes.getUnsignedByte(at + i);
        }
        gathered += size;
        next += RECORD_HEADER + size;
        records++;
    }

    /** Of the message with its header; only once that is there. */
    private int length() {
        return MESSAGE_HEADER + (header & 0xffffff);
    }

    private Detection read(ByteBuf bytes) {
        int body = length() - MESSAGE_HEADER;
        if (records == 1) {
            return ClientHelloBody.read(bytes, bytes.readerIndex() + RECORD_HEADER + MESSAGE_HEADER, body);
        }
        ByteBuf whole = bytes.alloc().heapBuffer(gathered);
        try {
            int at = bytes.readerIndex();
            for (int i = 0; i < records; i++) {
                int size = bytes.getUnsignedShort(at + 3);
                whole.writeBytes(bytes, at + RECORD_HEADER, size);
                at += RECORD_HEADER + size;
            }
            return ClientHelloBody.read(whole, MESSAGE_HEADER, body);
        } finally {
            whole.release();
        }
    }

    /** Enough to tell it from what an HTTP client, or a database's, begins with. */
    private static boolean mayBeTls(ByteBuf bytes, int available) {
        int at = bytes.readerIndex();
        return (available < 1 || bytes.getUnsignedByte(at) == HANDSHAKE)
                && (available < 2 || bytes.getUnsignedByte(at + 1) == MAJOR)
                && (available < 3 || bytes.getUnsignedByte(at + 2) <= LAST_MINOR)
                && (available < RECORD_HEADER || isSize(bytes.getUnsignedShort(at + 3)))
                && (available <= RECORD_HEADER || bytes.getUnsignedByte(at + RECORD_HEADER) == CLIENT_HELLO);
    }

    private static boolean isSize(int size) {
        return size > 0 && size <= MAX_RECORD;
    }
}
