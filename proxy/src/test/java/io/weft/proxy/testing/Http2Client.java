package io.weft.proxy.testing;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client of few words on one HTTP/2 connection: sends what it is told to and collects answers. */
public final class Http2Client implements AutoCloseable {

    private static final int WIDE = 1 << 24;

    private final Http2Wire wire;
    private final List<Frame> kept = new ArrayList<>();

    /**
     * What came on one stream.
     *
     * @param heads interim heads, the final head, and trailers, in their order
     * @param reset error code of RST_STREAM; -1 where the stream ended by itself
     */
    public record Answer(List<Frame> heads, String body, int reset) {

        public int status() {
            for (Frame head : heads) {
                String status = head.field(":status");
                if (!status.startsWith("1") && !status.isEmpty()) {
                    return Integer.parseInt(status);
                }
            }
            return -1;
        }

        public Frame head() {
            return heads.stream()
                    .filter(head -> head.field(":status").matches("[2-5].."))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no head in " + this));
        }

        /** Of the last block. */
        public String trailer(String name) {
            return heads.size() < 2 ? "" : heads.getLast().field(name);
        }
    }

    /** Windows are wide open. */
    public Http2Client(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port), 4, WIDE);
        wire.window(0, WIDE);
    }

    /** @param settings identifiers and values by turns */
    public Http2Client(Socket socket, int... settings) throws IOException {
        this.wire = new Http2Wire(socket);
        wire.preface().settings(settings);
    }

    public static Http2Client narrow(int port, int... settings) throws IOException {
        return new Http2Client(new Socket(InetAddress.getLoopbackAddress(), port), settings);
    }

    public Http2Wire wire() {
        return wire;
    }

    /** Sends a request head; more fields by turns. */
    public Http2Client request(int stream, boolean end, String method, String path, String... more) throws IOException {
        List<String> fields =
                new ArrayList<>(List.of(":method", method, ":scheme", "http", ":path", path, ":authority", "shop:80"));
        fields.addAll(List.of(more));
        wire.headers(stream, end, fields.toArray(String[]::new));
        return this;
    }

    public Answer get(int stream, String path) throws IOException {
        return request(stream, true, "GET", path).answer(stream);
    }

    public Http2Client data(int stream, boolean end, String text) throws IOException {
        wire.data(stream, end, text);
        return this;
    }

    /** The next frame of a stream; those of others are kept for later. Stream 0 gives what is not SETTINGS. */
    public Frame next(int stream) throws IOException {
        for (int i = 0; i < kept.size(); i++) {
            if (kept.get(i).stream() == stream) {
                return kept.remove(i);
            }
        }
        while (true) {
            Frame frame = wire.read();
            if (frame.type() == Frame.SETTINGS || frame.type() == Frame.WINDOW_UPDATE) {
                continue;
            }
            if (frame.stream() == stream) {
                return frame;
            }
            kept.add(frame);
        }
    }

    /** Collects a whole answer. */
    public Answer answer(int stream) throws IOException {
        List<Frame> heads = new ArrayList<>();
        StringBuilder body = new StringBuilder();
        while (true) {
            Frame frame = next(stream);
            switch (frame.type()) {
                case Frame.HEADERS -> heads.add(frame);
                case Frame.DATA -> body.append(new String(frame.payload(), StandardCharsets.ISO_8859_1));
                case Frame.RST_STREAM -> {
                    return new Answer(heads, body.toString(), frame.error());
                }
                default -> throw new IOException("unexpected " + frame);
            }
            if (frame.ends()) {
                return new Answer(heads, body.toString(), -1);
            }
        }
    }

    /** The next GOAWAY. */
    public Frame goAway() throws IOException {
        while (true) {
            Frame frame = next(0);
            if (frame.type() == Frame.GOAWAY) {
                return frame;
            }
        }
    }

    /** Whether the proxy ends the connection; what still comes is dropped. */
    public boolean isClosed() throws IOException {
        try {
            while (true) {
                wire.read();
            }
        } catch (EOFException e) {
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
