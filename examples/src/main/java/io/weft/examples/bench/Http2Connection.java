package io.weft.examples.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * HTTP/2 by prior knowledge (RFC 9113), one stream at a time, with as much of header compression (RFC 7541) as it takes to see the
 * status 200. A call as gRPC's sends the body, and its answer has to end with trailers. Used by one thread.
 */
final class Http2Connection implements KeptConnection {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED_OR_PRIORITY = 0x28;
    private static final int LONGEST_FRAME = 1 << 24;
    private static final int STATUS_200 = 0x88;

    private final Socket socket;
    private final DataInputStream in;
    private final Content content;
    private final byte[] expected;
    private final boolean call;
    private final byte[] body;
    private int stream = -1;
    /** How much the peer still takes of bodies on the whole connection; 65,535 to begin with. */
    private long window = 65_535;

    private int filled;
    private boolean answered;

    Http2Connection(Socket socket, Content content, boolean call) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 14));
        this.content = content;
        this.expected = content.body();
        this.body = new byte[expected.length];
        this.call = call;
        var begin = new ByteArrayOutputStream();
        begin.writeBytes(PREFACE);
        // SETTINGS_INITIAL_WINDOW_SIZE, and as much for the connection: nothing here has to wait for us to read.
        frame(
                begin,
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6).putShort((short) 4).putInt(1 << 30).array());
        frame(begin, WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(1 << 30).array());
        send(begin);
    }

    @Override
    public void ask(String host) throws IOException {
        stream += 2;
        filled = 0;
        answered = false;
        while (call && window < expected.length) {
            read();
        }
        var request = new ByteArrayOutputStream();
        frame(request, HEADERS, call ? END_HEADERS : END_HEADERS | END_STREAM, stream, head(host));
        if (call) {
            frame(request, DATA, END_STREAM, stream, expected);
            window -= expected.length;
        }
        send(request);
        while (!read()) {
            // Frames of the connection, and the parts of the answer.
        }
        if (filled != expected.length || !Arrays.equals(body, expected)) {
            throw new ProtocolException(
                    "answer of " + filled + " bytes; expected the " + expected.length + " of " + content.path());
        }
    }

    /** Names by their numbers in the static table, values as they are. */
    private byte[] head(String host) {
        var head = new ByteArrayOutputStream();
        head.write(call ? 0x83 : 0x82); // :method POST, GET
        head.write(0x86); // :scheme http
        head.write(0x04);
        text(head, content.path()); // :path
        head.write(0x01);
        text(head, host); // :authority
        if (call) {
            head.writeBytes(new byte[] {0x0f, 0x10});
            text(head, "application/grpc"); // content-type
            head.write(0);
            text(head, "te");
            text(head, "trailers");
        }
        return head.toByteArray();
    }

    private static void text(ByteArrayOutputStream to, String text) {
        to.write(text.length()); // below 127 in all that is asked here
        to.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void frame(ByteArrayOutputStream to, int type, int flags, int stream, byte[] payload) {
        to.writeBytes(ByteBuffer.allocate(9)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .array());
        to.writeBytes(payload);
    }

    private void send(ByteArrayOutputStream frames) throws IOException {
        socket.getOutputStream().write(frames.toByteArray());
    }

    /** Reads a frame; whether it was the last of the answer. */
    private boolean read() throws IOException {
        int lengthAndType = in.readInt();
        int type = lengthAndType & 0xff;
        int length = lengthAndType >>> 8;
        int flags = in.readUnsignedByte();
        int of = in.readInt() & Integer.MAX_VALUE;
        if (length >= LONGEST_FRAME) {
            throw new ProtocolException("frame of " + length + " bytes");
        }
        byte[] payload = in.readNBytes(length);
        switch (type) {
            case SETTINGS -> acknowledge(SETTINGS, flags, new byte[0]);
            case PING -> acknowledge(PING, flags, payload);
            case WINDOW_UPDATE -> window += of == 0 ? ByteBuffer.wrap(payload).getInt() : 0;
            case GOAWAY, RST_STREAM ->
                throw new ProtocolException((type == GOAWAY ? "GOAWAY" : "RST_STREAM")
                        + " with code "
                        + ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0));
            case HEADERS -> head(flags, payload);
            case DATA -> data(flags, payload);
            default -> {}
        }
        boolean last = of == stream && (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0;
        if (last && call != (type == HEADERS)) {
            throw new ProtocolException(call ? "answer without trailers" : "answer that ends with trailers");
        }
        return last;
    }

    private void acknowledge(int type, int flags, byte[] payload) throws IOException {
        if ((flags & ACK) == 0) {
            var answer = new ByteArrayOutputStream();
            frame(answer, type, ACK, 0, payload);
            send(answer);
        }
    }

    private void head(int flags, byte[] block) throws IOException {
        if ((flags & PADDED_OR_PRIORITY) != 0) {
            throw new ProtocolException("padded headers are not understood");
        }
        if (answered) {
            return; // trailers
        }
        int at = 0;
        // A change of the table's size may come first.
        while (at < block.length && (block[at] & 0xe0) == 0x20) {
            boolean longer = (block[at++] & 0x1f) == 0x1f;
            while (longer && (block[at++] & 0x80) != 0) {
                // The number goes on.
            }
        }
        if (at >= block.length || (block[at] & 0xff) != STATUS_200) {
            throw new ProtocolException("expected the status 200; seen: headers that begin with "
                    + java.util.HexFormat.of().formatHex(block, 0, Math.min(block.length, 16)));
        }
        answered = true;
    }

    private void data(int flags, byte[] part) throws IOException {
        if ((flags & PADDED_OR_PRIORITY) != 0 || filled + part.length > body.length) {
            throw new ProtocolException("body of more than the " + body.length + " bytes of " + content.path());
        }
        System.arraycopy(part, 0, body, filled, part.length);
        filled += part.length;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
