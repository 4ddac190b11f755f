package io.weft.proxy.testing;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 frames over a socket, as they stand and whatever they are: nothing is checked, so that a test can break every
 * rule. Header blocks are written as literals that no table remembers. Windows are kept for those who ask.
 */
public final class Http2Wire implements AutoCloseable {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int DEFAULT_WINDOW = 65_535;
    private static final int MAX_FRAME = 16_384;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final Map<Integer, Integer> windows = new HashMap<>();
    private int initialWindow = DEFAULT_WINDOW;

    public Http2Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
        windows.put(0, DEFAULT_WINDOW);
    }

    // ---- writing ----

    public Http2Wire preface() throws IOException {
        return raw(PREFACE);
    }

    /** Reads the 24 bytes that a client begins with. */
    public void expectPreface() throws IOException {
        byte[] got = in.readNBytes(PREFACE.length);
        if (!java.util.Arrays.equals(got, PREFACE)) {
            throw new IOException("no preface but " + new String(got, StandardCharsets.ISO_8859_1));
        }
    }

    public synchronized Http2Wire raw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    public Http2Wire frame(int type, int flags, int stream, byte[] payload) throws IOException {
        return raw(bytes(type, flags, stream, payload));
    }

    /** A frame's bytes, to be sent many at once. */
    public static byte[] bytes(int type, int flags, int stream, byte[] payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[0] = (byte) (payload.length >> 16);
        frame[1] = (byte) (payload.length >> 8);
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        System.arraycopy(word(stream), 0, frame, 5, 4);
        System.arraycopy(payload, 0, frame, 9, payload.length);
        return frame;
    }

    public static byte[] word(int value) {
        return new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value};
    }

    /** Identifiers and values by turns. */
    public Http2Wire settings(int... pairs) throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (int i = 0; i < pairs.length; i += 2) {
            payload.write(0);
            payload.write(pairs[i]);
            payload.writeBytes(word(pairs[i + 1]));
        }
        return frame(Frame.SETTINGS, 0, 0, payload.toByteArray());
    }

    /** Names and values by turns, in this order and with these bytes. */
    public Http2Wire headers(int stream, boolean end, String... fields) throws IOException {
        return frame(Frame.HEADERS, Frame.END_HEADERS | (end ? Frame.END_STREAM : 0), stream, block(fields));
    }

    /** A header block of literals without indexing (RFC 7541 section 6.2.2). */
    public static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            literal(block, fields[i]);
            literal(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int rest = bytes.length;
        if (rest < 127) {
            to.write(rest);
        } else {
            to.write(127);
            for (rest -= 127; rest >= 128; rest /= 128) {
                to.write(rest % 128 + 128);
            }
            to.write(rest);
        }
        to.writeBytes(bytes);
    }

    /** One DATA frame, whatever the window. */
    public Http2Wire data(int stream, boolean end, String text) throws IOException {
        return frame(Frame.DATA, end ? Frame.END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** As many DATA frames as it takes, waiting for the windows; somebody else must be reading meanwhile. */
    public void body(int stream, boolean end, byte[] bytes) throws IOException, InterruptedException {
        int sent = 0;
        do {
            int size = take(stream, Math.min(MAX_FRAME, bytes.length - sent));
            byte[] piece = java.util.Arrays.copyOfRange(bytes, sent, sent + size);
            sent += size;
            frame(Frame.DATA, end && sent == bytes.length ? Frame.END_STREAM : 0, stream, piece);
        } while (sent < bytes.length);
    }

    private int take(int stream, int wanted) throws InterruptedException {
        synchronized (windows) {
            while (true) {
                int own = windows.computeIfAbsent(stream, id -> initialWindow);
                int all = windows.getOrDefault(0, 0);
                int size = Math.min(wanted, Math.min(own, all));
                if (size > 0 || wanted == 0) {
                    windows.put(stream, own - size);
                    windows.put(0, all - size);
                    return size;
                }
                windows.wait(PATIENCE_MILLIS);
            }
        }
    }

    public Http2Wire reset(int stream, int error) throws IOException {
        return frame(Frame.RST_STREAM, 0, stream, word(error));
    }

    public Http2Wire window(int stream, int increment) throws IOException {
        return frame(Frame.WINDOW_UPDATE, 0, stream, word(increment));
    }

    public Http2Wire goAway(int last, int error) throws IOException {
        byte[] payload = new byte[8];
        System.arraycopy(word(last), 0, payload, 0, 4);
        System.arraycopy(word(error), 0, payload, 4, 4);
        return frame(Frame.GOAWAY, 0, 0, payload);
    }

    // ---- reading ----

    /** The next frame; SETTINGS are acknowledged and windows noted. {@link EOFException} at the end or on a reset. */
    public Frame read() throws IOException {
        byte[] head = readFully(9);
        int length = java.nio.ByteBuffer.wrap(head).getInt() >>> 8;
        int stream = new Frame(0, 0, 0, head, List.of()).word(5);
        byte[] payload = readFully(length);
        Frame frame = new Frame(head[3], head[4], stream, payload, List.of());
        switch (frame.type()) {
            case Frame.HEADERS -> {
                return headers(frame);
            }
            case Frame.SETTINGS -> settled(frame);
            case Frame.WINDOW_UPDATE -> opened(stream, frame.word(0));
            default -> {}
        }
        return frame;
    }

    private byte[] readFully(int count) throws IOException {
        try {
            byte[] bytes = in.readNBytes(count);
            if (bytes.length < count) {
                throw new EOFException("ended by the other side");
            }
            return bytes;
        } catch (java.net.SocketException e) {
            throw new EOFException("reset by the other side: " + e.getMessage());
        }
    }

    private Frame headers(Frame first) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(first.payload());
        int flags = first.flags();
        while ((flags & Frame.END_HEADERS) == 0) {
            Frame more = read();
            block.writeBytes(more.payload());
            flags |= more.flags() & Frame.END_HEADERS;
        }
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        ByteBuf bytes = Unpooled.wrappedBuffer(block.toByteArray());
        try {
            Http2Headers decoded = decoder.decodeHeaders(first.stream(), bytes);
            decoded.forEach(field -> fields.add(
                    Map.entry(field.getKey().toString(), field.getValue().toString())));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
        return new Frame(Frame.HEADERS, flags, first.stream(), first.payload(), fields);
    }

    private void settled(Frame frame) throws IOException {
        if (frame.isAck()) {
            return;
        }
        for (int at = 0; at + 6 <= frame.payload().length; at += 6) {
            if (frame.payload()[at + 1] == 4) {
                synchronized (windows) {
                    int change = frame.word(at + 2) - initialWindow;
                    initialWindow += change;
                    windows.replaceAll((stream, left) -> stream == 0 ? left : left + change);
                    windows.notifyAll();
                }
            }
        }
        try {
            frame(Frame.SETTINGS, Frame.ACK, 0, new byte[0]);
        } catch (java.net.SocketException e) {
            // the other side has closed already; what it said before is still to be read
        }
    }

    private void opened(int stream, int increment) {
        synchronized (windows) {
            int before = windows.computeIfAbsent(stream, id -> initialWindow);
            windows.put(stream, before + increment);
            windows.notifyAll();
        }
    }

    /** Reads up to a frame of that type; what comes before is dropped. */
    public Frame until(int type) throws IOException {
        while (true) {
            Frame frame = read();
            if (frame.type() == type && !(type == Frame.SETTINGS && frame.isAck())) {
                return frame;
            }
        }
    }

    /** Reads to the end of the connection and says why the other side ended it. */
    public Frame goodbye() throws IOException {
        Frame last = lastWords();
        if (last == null) {
            throw new AssertionError("the connection was ended without a GOAWAY");
        }
        return last;
    }

    /**
     * Reads to the end of the connection and says why the other side ended it. Whoever still sends when a connection is
     * closed gets a reset, which throws away what was not read yet: then null.
     */
    public @Nullable Frame lastWords() throws IOException {
        Frame last = null;
        try {
            while (true) {
                Frame frame = read();
                if (frame.type() == Frame.GOAWAY) {
                    last = frame;
                }
            }
        } catch (EOFException e) {
            return last;
        }
    }

    public Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
