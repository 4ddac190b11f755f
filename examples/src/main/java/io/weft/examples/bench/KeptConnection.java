package io.weft.examples.bench;

import io.weft.examples.bench.Scenario.Protocol;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;

/** A connection of the bench's own client, over which requests for one body go one after the other. Used by one thread. */
interface KeptConnection extends Closeable {
    int TIMEOUT_MS = 10_000;

    /**
     * Sends a request and reads its answer to the end.
     *
     * @throws IOException when its status is not 200, or its body is another
     */
    void ask(String host) throws IOException;

    /** Raw TCP is asked in HTTP/1.1, which its server speaks. */
    static KeptConnection open(Protocol protocol, Content content, Address to) throws IOException {
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(to.socket(), TIMEOUT_MS);
            return over(socket, protocol, content);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Over a socket that is connected. */
    static KeptConnection over(Socket socket, Protocol protocol, Content content) throws IOException {
        return switch (protocol) {
            case HTTP1, TCP -> new Http1Connection(socket, content);
            case HTTP2 -> new Http2Connection(socket, content, false);
            case GRPC -> new Http2Connection(socket, content, true);
        };
    }
}
