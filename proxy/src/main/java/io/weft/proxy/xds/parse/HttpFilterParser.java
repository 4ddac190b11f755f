package io.weft.proxy.xds.parse;

import io.weft.proxy.config.HttpFilter;
import io.weft.proxy.wire.Message;
import io.weft.proxy.xds.parse.ExtensionPoint.Extension;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The HTTP filters of a connection manager. */
final class HttpFilterParser {

    private static final String ROUTER = "envoy.extensions.filters.http.router.v3.Router";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of("envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter")
                    .honours("name", "typed_config")
                    .accepts("is_optional", "a filter of unknown type is refused all the same")
                    .only("disabled", "filters cannot be switched per route", "false"),
            MessageFields.typed(ROUTER)
                    .accepts("dynamic_stats", "adds statistics only")
                    .accepts("suppress_envoy_headers", "x-envoy-* headers are never added")
                    .accepts("suppress_grpc_request_failure_code_stats", "concerns statistics only"));

    /** What one entry becomes: a filter, once it is told its name, or the router, which is not in the record. */
    private sealed interface Found {
        record Filter(Function<String, HttpFilter> named) implements Found {}

        record Last() implements Found {}
    }

    /** To add an HTTP filter, add its line here and its fields to {@link SupportedFields}. */
    private static final ExtensionPoint<Found> HTTP_FILTERS = new ExtensionPoint<>(
            Extension.of(
                    RbacFilterParser.HTTP,
                    (message, path, reading) -> new Found.Filter(name -> RbacFilterParser.http(name, message, path))),
            new Extension<>(ROUTER, "envoy.filters.http.router", (message, path, reading) -> new Found.Last()));

    private HttpFilterParser() {}

    static List<HttpFilter> filters(List<Message> messages, FieldPath path, Reading reading) {
        List<HttpFilter> filters = new ArrayList<>(messages.size());
        boolean last = false;
        for (int i = 0; i < messages.size(); i++) {
            var message = messages.get(i);
            if (last) {
                throw new InvalidResource(path.at(i), "expected nothing after the router");
            }
            String name = Scalars.name(message.text("name"), path.at(i).field("name"));
            var found = HTTP_FILTERS.readIfKnown(
                    name, message.has("typed_config"), message.message("typed_config"), path.at(i), reading);
            switch (found.orElse(null)) {
                case Found.Filter filter -> filters.add(filter.named().apply(name));
                case Found.Last() -> last = true;
                case null -> {}
            }
        }
        if (!last) {
            throw new InvalidResource(path, "expected the router at the end");
        }
        return filters;
    }
}
