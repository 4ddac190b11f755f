package io.weft.proxy.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A recording HTTP/2 server with prior knowledge, whose answers are frames written by the test. Each request is answered
 * by a virtual thread of its own, at its head or when it is complete.
 */
public final class Http2Endpoint implements AutoCloseable {

    private static final int WIDE = 1 << 24;

    /** One request: its head, and once it is complete its body and trailers. */
    public record Seen(int connection, int stream, Frame head, String body, String trailers) {
        public String path() {
            return head.field(":path");
        }
    }

    /** Writes the answer of one request. */
    public interface Answer {
        void to(Seen request, Http2Wire wire) throws Exception;
    }

    /** When an answer is written. */
    public enum When {
        AT_HEAD,
        AT_END
    }

    private final ServerSocket socket;
    private final When when;
    private final int[] settings;
    private final Answer answer;
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final List<Http2Wire> open = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Frame> resets = new LinkedBlockingQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean reading = true;

    public Http2Endpoint(Answer answer) throws IOException {
        this(When.AT_END, answer, 4, WIDE);
    }

    /** @param settings identifiers and values by turns */
    public Http2Endpoint(When when, Answer answer, int... settings) throws IOException {
        this.when = when;
        this.answer = answer;
        this.settings = settings.clone();
        this.socket = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public static Http2Endpoint saying(String body) throws IOException {
        return new Http2Endpoint((request, wire) -> ok(request, wire, body));
    }

    public static void ok(Seen request, Http2Wire wire, String body) throws IOException, InterruptedException {
        wire.headers(request.stream(), false, ":status", "200");
        wire.body(request.stream(), true, body.getBytes(StandardCharsets.ISO_8859_1));
    }

    public int port() {
        return socket.getLocalPort();
    }

    public List<Seen> seen() {
        return seen;
    }

    public int connections() {
        return connections.get();
    }

    public List<Http2Wire> open() {
        return open;
    }

    /** The next RST_STREAM that the proxy sends. */
    public Frame reset() throws InterruptedException {
        Frame reset = resets.poll(10, TimeUnit.SECONDS);
        if (reset == null) {
            throw new AssertionError("no stream was reset");
        }
        return reset;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                int number = connections.incrementAndGet();
                Http2Wire wire = new Http2Wire(accepted);
                accepted.setSoTimeout(0);
                open.add(wire);
                Thread.ofVirtual().start(() -> serve(wire, number));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static final class Coming {
        private final Frame head;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private String trailers = "";

        Coming(Frame head) {
            this.head = head;
        }
    }

    private void serve(Http2Wire wire, int number) {
        Map<Integer, Coming> coming = new HashMap<>();
        try (wire) {
            wire.expectPreface();
            wire.settings(settings);
            wire.window(0, WIDE);
            while (true) {
                Frame frame = wire.read();
                Coming request = coming.get(frame.stream());
                switch (frame.type()) {
                    case Frame.HEADERS -> {
                        if (request == null) {
                            request = new Coming(frame);
                            coming.put(frame.stream(), request);
                            if (when == When.AT_HEAD) {
                                begin(wire, new Seen(number, frame.stream(), frame, "", ""));
                            }
                        } else {
                            request.trailers = frame.fields().toString();
                        }
                    }
                    case Frame.DATA -> {
                        if (request != null) {
                            request.body.writeBytes(frame.payload());
                            if (frame.payload().length > 0 && reading) {
                                wire.window(frame.stream(), frame.payload().length);
                                wire.window(0, frame.payload().length);
                            }
                        }
                    }
                    case Frame.RST_STREAM -> resets.add(frame);
                    case Frame.PING -> {
                        if (!frame.isAck()) {
                            wire.frame(Frame.PING, Frame.ACK, 0, frame.payload());
                        }
                    }
                    default -> {}
                }
                if (frame.ends() && request != null) {
                    coming.remove(frame.stream());
                    Seen whole = new Seen(
                            number,
                            frame.stream(),
                            request.head,
                            request.body.toString(StandardCharsets.ISO_8859_1),
                            request.trailers);
                    seen.add(whole);
                    if (when == When.AT_END) {
                        begin(wire, whole);
                    }
                }
            }
        } catch (EOFException e) {
            // the proxy ended the connection
        } catch (IOException e) {
            // so did the test
        } finally {
            open.remove(wire);
        }
    }

    private void begin(Http2Wire wire, Seen request) {
        Thread.ofVirtual().start(() -> {
            try {
                answer.to(request, wire);
            } catch (Exception e) {
                // the stream or the connection is gone: the client sees it
            }
        });
    }

    /** From now on windows stay as they are. */
    public void stopReading() {
        reading = false;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Http2Wire wire : open) {
            wire.close();
        }
    }
}
