package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.weft.proxy.xds.parse.ExtensionPoint.Extension;
import java.util.List;
import java.util.Optional;

/** Which transport socket stands on a side of a connection: TLS, or none. Empty for plain bytes. */
final class TransportSocketParser {

    private static final String RAW_BUFFER = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";
    private static final String RAW_BUFFER_NAME = "envoy.transport_sockets.raw_buffer";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of("envoy.config.core.v3.TransportSocket").honours("name", "typed_config"),
            MessageFields.typed(RAW_BUFFER, RawBuffer::getDefaultInstance));

    private static final ExtensionPoint<Optional<Found<DownstreamTlsContext>>> DOWNSTREAM = new ExtensionPoint<>(
            Extension.of(
                    TlsParser.PACKAGE + "DownstreamTlsContext",
                    DownstreamTlsContext.class,
                    (message, path, reading) -> Optional.of(new Found<>(message, path))),
            new Extension<>(
                    RAW_BUFFER, RAW_BUFFER_NAME, RawBuffer.class, (message, path, reading) -> Optional.empty()));

    private static final ExtensionPoint<Optional<Found<UpstreamTlsContext>>> UPSTREAM = new ExtensionPoint<>(
            Extension.of(
                    TlsParser.PACKAGE + "UpstreamTlsContext",
                    UpstreamTlsContext.class,
                    (message, path, reading) -> Optional.of(new Found<>(message, path))),
            new Extension<>(
                    RAW_BUFFER, RAW_BUFFER_NAME, RawBuffer.class, (message, path, reading) -> Optional.empty()));

    /** A TLS context and where it stands. */
    record Found<M>(M context, FieldPath path) {}

    private TransportSocketParser() {}

    static Optional<Found<DownstreamTlsContext>> downstream(
            boolean present, TransportSocket socket, FieldPath path, Reading reading) {
        return present
                ? DOWNSTREAM.read(socket.getName(), socket.hasTypedConfig(), socket.getTypedConfig(), path, reading)
                : Optional.empty();
    }

    static Optional<Found<UpstreamTlsContext>> upstream(
            boolean present, TransportSocket socket, FieldPath path, Reading reading) {
        return present
                ? UPSTREAM.read(socket.getName(), socket.hasTypedConfig(), socket.getTypedConfig(), path, reading)
                : Optional.empty();
    }
}
