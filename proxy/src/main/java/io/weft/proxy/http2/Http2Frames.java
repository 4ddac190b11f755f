package io.weft.proxy.http2;

import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.Exchanges;
import io.weft.proxy.pool.PooledConnection;
import io.weft.proxy.worker.Worker;

/**
 * Makes both ends with the limits that keep a peer from costing more than it pays (attack cases 2.D): resets in both
 * directions, control frames that wait or come in floods, empty frames, small CONTINUATIONs, the HPACK table, the size of a decoded head.
 */
public final class Http2Frames {

    /** RFC 9113 section 6.9.2. */
    static final int DEFAULT_WINDOW = 65_535;

    private static final int MAX_QUEUED_CONTROL_FRAMES = 1_000;
    private static final int MAX_HEADER_TABLE = 4_096;
    private static final int MAX_RESETS = 200;
    private static final int RESET_WINDOW_SECONDS = 30;
    private static final int MAX_HEADER_BYTES = 60 * 1024;
    private static final int CLIENT_STREAM_WINDOW = 256 * 1024;
    private static final float WINDOW_UPDATE_RATIO = 0.5f;

    private Http2Frames() {}

    /** The handler for the server end. */
    public static Http2Server server(Worker worker, HttpConnectionManager manager, Exchanges exchanges) {
        HttpConnectionManager.Http2Settings wanted = manager.http2();
        Http2Settings settings = new Http2Settings()
                .maxConcurrentStreams(wanted.maxConcurrentStreams())
                .initialWindowSize(wanted.streamWindow())
                .maxHeaderListSize(manager.limits().maxHeaderBytes());
        return new ServerBuilder(worker, manager, exchanges).settings(settings).make();
    }

    /** The handler for the client end. */
    public static Http2Client client(Worker worker, PooledConnection.Owner owner, long idleNanos, int maxRequests) {
        Http2Settings settings = new Http2Settings()
                .pushEnabled(false)
                .initialWindowSize(CLIENT_STREAM_WINDOW)
                .maxHeaderListSize(MAX_HEADER_BYTES);
        return new ClientBuilder(worker, owner, idleNanos, maxRequests)
                .settings(settings)
                .make();
    }

    /**
     * To be called when a peer's settings were applied: a peer may allow a larger HPACK table than we want to keep for it
     * (attack case D8).
     */
    static void capHeaderTable(Http2ConnectionEncoder encoder, Http2Settings settings) throws Http2Exception {
        Long wanted = settings.headerTableSize();
        if (wanted != null && wanted > MAX_HEADER_TABLE) {
            encoder.configuration().headersConfiguration().maxHeaderTableSize(MAX_HEADER_TABLE);
        }
    }

    /** Priorities are deprecated (RFC 9113 section 5.3); a tree of them is work that a peer can demand. */
    private static Http2Connection withoutPriorities(Http2Connection connection) {
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        return connection;
    }

    private static final class ServerBuilder extends AbstractHttp2ConnectionHandlerBuilder<Http2Server, ServerBuilder> {
        private final Worker worker;
        private final HttpConnectionManager manager;
        private final Exchanges exchanges;

        ServerBuilder(Worker worker, HttpConnectionManager manager, Exchanges exchanges) {
            this.worker = worker;
            this.manager = manager;
            this.exchanges = exchanges;
            connection(withoutPriorities(new DefaultHttp2Connection(true)));
            validateHeaders(true);
            encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL_FRAMES);
            decoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS);
            encoderEnforceMaxRstFramesPerWindow(MAX_RESETS, RESET_WINDOW_SECONDS);
            decoderEnforceMaxConsecutiveEmptyDataFrames(2);
            gracefulShutdownTimeoutMillis(Math.max(1, manager.timeouts().drain().toMillis()));
        }

        ServerBuilder settings(Http2Settings settings) {
            return initialSettings(settings);
        }

        Http2Server make() {
            return build();
        }

        @Override
        protected Http2Server build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            Http2Server server = new Http2Server(decoder, encoder, settings, worker, manager, exchanges);
            frameListener(server.new Frames()); // read by the base class after this call
            return server;
        }
    }

    private static final class ClientBuilder extends AbstractHttp2ConnectionHandlerBuilder<Http2Client, ClientBuilder> {
        private final Worker worker;
        private final PooledConnection.Owner owner;
        private final long idleNanos;
        private final int maxRequests;

        ClientBuilder(Worker worker, PooledConnection.Owner owner, long idleNanos, int maxRequests) {
            this.worker = worker;
            this.owner = owner;
            this.idleNanos = idleNanos;
            this.maxRequests = maxRequests;
            DefaultHttp2Connection connection = new DefaultHttp2Connection(false);
            // The streams of one connection belong to many clients: some that do not read must not use up the window
            // of all the others, so only the stream's own window waits for its reader.
            connection
                    .local()
                    .flowController(new DefaultHttp2LocalFlowController(connection, WINDOW_UPDATE_RATIO, true));
            connection(withoutPriorities(connection));
            validateHeaders(true);
            encoderEnforceMaxQueuedControlFrames(MAX_QUEUED_CONTROL_FRAMES);
            // No limit on resets: an endpoint can only reset what it was asked, and it is asked by many.
            decoderEnforceMaxRstFramesPerWindow(0, 0);
            encoderEnforceMaxRstFramesPerWindow(0, 0);
            decoderEnforceMaxConsecutiveEmptyDataFrames(2);
        }

        ClientBuilder settings(Http2Settings settings) {
            return initialSettings(settings);
        }

        Http2Client make() {
            return build();
        }

        @Override
        protected Http2Client build(
                Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
            Http2Client client = new Http2Client(decoder, encoder, settings, worker, owner, idleNanos, maxRequests);
            frameListener(client.new Frames());
            return client;
        }
    }
}
