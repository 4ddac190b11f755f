package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.Message;
import io.weft.proxy.xds.parse.ExtensionPoint.Extension;
import java.util.List;
import java.util.Optional;

/** Which transport socket stands on a side of a connection: TLS, or none. Empty for plain bytes. */
final class TransportSocketParser {

    private static final String RAW_BUFFER = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer";
    private static final String RAW_BUFFER_NAME = "envoy.transport_sockets.raw_buffer";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of("envoy.config.core.v3.TransportSocket").honours("name", "typed_config"),
            MessageFields.typed(RAW_BUFFER));

    private static final ExtensionPoint<Optional<Found<Message>>> DOWNSTREAM = new ExtensionPoint<>(
            Extension.of(
                    TlsParser.PACKAGE + "DownstreamTlsContext",
                    (message, path, reading) -> Optional.of(new Found<>(message, path))),
            new Extension<>(RAW_BUFFER, RAW_BUFFER_NAME, (message, path, reading) -> Optional.empty()));

    private static final ExtensionPoint<Optional<Found<Message>>> UPSTREAM = new ExtensionPoint<>(
            Extension.of(
                    TlsParser.PACKAGE + "UpstreamTlsContext",
                    (message, path, reading) -> Optional.of(new Found<>(message, path))),
            new Extension<>(RAW_BUFFER, RAW_BUFFER_NAME, (message, path, reading) -> Optional.empty()));

    /** A TLS context and where it stands. */
    record Found<M>(M context, FieldPath path) {}

    private TransportSocketParser() {}

    static Optional<Found<Message>> downstream(boolean present, Message socket, FieldPath path, Reading reading) {
        return present
                ? DOWNSTREAM.read(
                        socket.text("name"), socket.has("typed_config"), socket.message("typed_config"), path, reading)
                : Optional.empty();
    }

    static Optional<Found<Message>> upstream(boolean present, Message socket, FieldPath path, Reading reading) {
        return present
                ? UPSTREAM.read(
                        socket.text("name"), socket.has("typed_config"), socket.message("typed_config"), path, reading)
                : Optional.empty();
    }
}
