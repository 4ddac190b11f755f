package io.weft.proxy.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer that the proxy makes itself. A gRPC client is told in its own way: status 200 and {@code grpc-status}.
 *
 * @param status HTTP status
 * @param body text for people; may be empty
 * @param details why, in one word, for the access log
 * @param location of a redirect; null for other answers
 * @param overloaded the request was dropped to keep load away: {@code x-envoy-overloaded} says so
 * @param grpcStatus what a gRPC client is told; {@link #BY_STATUS} for what follows from {@code status}
 */
record LocalReply(
        int status, String body, String details, @Nullable String location, boolean overloaded, int grpcStatus) {

    private static final int BY_STATUS = -1;
    private static final int DEADLINE_EXCEEDED = 4;

    LocalReply(int status, String body, String details) {
        this(status, body, details, null, false, BY_STATUS);
    }

    LocalReply(int status, String body, String details, String location) {
        this(status, body, details, location, false, BY_STATUS);
    }

    /** The time that the caller itself or its route gave is over. */
    static LocalReply deadline(int status, String body, String details) {
        return new LocalReply(status, body, details, null, false, DEADLINE_EXCEEDED);
    }

    /** A limit of the cluster is reached. */
    static LocalReply overflow() {
        return lost(503, "overflow", "overflow", true);
    }

    /** No connection could be made. */
    static LocalReply unreachable(boolean timedOut) {
        String kind = timedOut ? "connection_timeout" : "remote_connection_failure";
        return lost(503, kind.replace('_', ' '), kind, false);
    }

    /** The stream was lost before an answer began. */
    static LocalReply reset(boolean protocolError, String details) {
        return protocolError
                ? lost(502, "protocol error", details, false)
                : lost(503, "connection termination", details, false);
    }

    private static LocalReply lost(int status, String reason, String details, boolean overloaded) {
        return new LocalReply(
                status,
                "upstream connect error or disconnect/reset before headers. reset reason: " + reason,
                "upstream_reset_before_response_started{" + details + "}",
                null,
                overloaded,
                BY_STATUS);
    }

    /** How many bytes its body has as sent. */
    int length(Request request) {
        return isGrpc(request) || request.isHead() ? 0 : body.getBytes(StandardCharsets.UTF_8).length;
    }

    /** @param edge adds the headers that all answers have */
    void send(Downstream downstream, Request request, Consumer<Headers> edge) {
        Response response = new Response();
        Headers headers = response.headers();
        if (isGrpc(request)) {
            response.status(200, "OK");
            headers.add(FieldName.CONTENT_TYPE, "application/grpc");
            headers.add("grpc-status", Integer.toString(grpcStatus == BY_STATUS ? grpcStatus(status) : grpcStatus));
            if (!body.isEmpty()) {
                headers.add("grpc-message", percentEncoded(body));
            }
            told(headers, edge);
            response.body(Request.Body.NONE, -1);
            downstream.respond(response, true);
            return;
        }
        response.status(status, Response.phrase(status));
        if (location != null) {
            headers.add(FieldName.LOCATION, location);
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        headers.add(FieldName.CONTENT_LENGTH, Integer.toString(bytes.length));
        if (bytes.length > 0) {
            headers.add(FieldName.CONTENT_TYPE, "text/plain");
        }
        told(headers, edge);
        boolean empty = bytes.length == 0 || request.isHead();
        response.body(empty ? Request.Body.NONE : Request.Body.LENGTH, bytes.length);
        downstream.respond(response, empty);
        if (empty) {
            return;
        }
        ByteBuf data = Unpooled.wrappedBuffer(bytes);
        downstream.data(data, true);
    }

    private void told(Headers headers, Consumer<Headers> edge) {
        if (overloaded) {
            headers.add("x-envoy-overloaded", "true");
        }
        edge.accept(headers);
    }

    static boolean isGrpc(Request request) {
        int line = request.headers().find(FieldName.CONTENT_TYPE, 0);
        if (line < 0) {
            return false;
        }
        String type = request.headers().value(line);
        return type.startsWith("application/grpc")
                && (type.length() == 16 || type.charAt(16) == '+' || type.charAt(16) == ';');
    }

    /** The gRPC project's mapping of HTTP statuses. */
    private static int grpcStatus(int status) {
        return switch (status) {
            case 400 -> 13;
            case 401 -> 16;
            case 403 -> 7;
            case 404 -> 12;
            case 429, 502, 503, 504 -> 14;
            default -> 2;
        };
    }

    private static String percentEncoded(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= ' ' && b <= '~' && b != '%') {
                out.append((char) b);
            } else {
                out.append(String.format("%%%02X", b & 0xff));
            }
        }
        return out.toString();
    }
}
