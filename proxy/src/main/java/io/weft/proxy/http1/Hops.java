package io.weft.proxy.http1;

import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes out what is meant for one hop only (RFC 9110 section 7.6.1): Connection, the headers it names, and those that
 * are hop-by-hop by themselves.
 */
final class Hops {

    private Hops() {}

    /**
     * Strips a request's or a response's hop-by-hop lines, Transfer-Encoding excepted: the body's reader still needs it.
     *
     * @param request gets the protocol asked for by Upgrade; null for responses
     * @return whether the connection may live on
     */
    static boolean strip(Headers headers, boolean http10, @Nullable Request request) throws BadMessage {
        boolean keepAlive = !http10;
        boolean upgrade = false;
        boolean trailers = false;
        for (int line = headers.find(FieldName.CONNECTION, 0);
                line >= 0;
                line = headers.find(FieldName.CONNECTION, line + 1)) {
            if (headers.valueIs(line, "keep-alive")) {
                keepAlive = true;
            } else if (headers.valueIs(line, "close")) {
                keepAlive = false;
                http10 = true; // "close" is final, whatever follows
            } else {
                for (String token : headers.value(line).toLowerCase(Locale.ROOT).split(",", -1)) {
                    String name = token.strip();
                    switch (name) {
                        case "close" -> {
                            keepAlive = false;
                            http10 = true;
                        }
                        case "keep-alive" -> keepAlive = keepAlive || !http10 || request != null;
                        case "upgrade" -> upgrade = true;
                        case "", "te", "http2-settings" -> {}
                        case "host", "content-length", "transfer-encoding" ->
                            throw new BadMessage(400, "connection_names_" + name);
                        default -> headers.removeAll(name);
                    }
                }
            }
            headers.remove(line);
        }
        for (int line = 0; line < headers.count(); line++) {
            FieldName name = headers.name(line);
            if (name == null) {
                continue;
            }
            switch (name) {
                case KEEP_ALIVE, PROXY_CONNECTION, HTTP2_SETTINGS -> headers.remove(line);
                case TE -> {
                    trailers |= headers.valueIs(line, "trailers");
                    headers.remove(line);
                }
                case UPGRADE -> {
                    if (upgrade && request != null && !headers.valueIs(line, "h2c")) {
                        request.upgrade(headers.value(line));
                    }
                    headers.remove(line);
                }
                default -> {}
            }
        }
        if (trailers && request != null) {
            headers.add(FieldName.TE, "trailers");
        }
        return keepAlive;
    }
}
