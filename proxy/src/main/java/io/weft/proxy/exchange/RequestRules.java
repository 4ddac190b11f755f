package io.weft.proxy.exchange;

import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.worker.Worker;

/**
 * What a connection manager does to every request's headers before anybody decides on them: takes away what only this
 * side of the mesh may say, and adds who asked and a request id.
 */
final class RequestRules {

    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private RequestRules() {}

    /** @param internal whether the caller may say by headers how it wants to be treated */
    static void apply(
            Request request, HttpConnectionManager manager, Connection connection, Worker worker, boolean internal) {
        Headers headers = request.headers();
        HttpConnectionManager.Forwarded forwarded = manager.forwarded();
        boolean edge = forwarded.useRemoteAddress() && !internal;
        boolean requestId = false;
        boolean proto = false;
        for (int line = 0, count = headers.count(); line < count; line++) {
            FieldName name = headers.name(line);
            if (name == null) {
                continue;
            }
            switch (name) {
                case X_ENVOY_INTERNAL, X_ENVOY_EXTERNAL_ADDRESS, X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, LOOKALIKE ->
                    headers.remove(line);
                case X_REQUEST_ID -> {
                    if (edge && !manager.preserveExternalRequestId()) {
                        headers.remove(line);
                    } else {
                        requestId = true;
                    }
                }
                case X_FORWARDED_PROTO -> {
                    if (forwarded.useRemoteAddress() && forwarded.trustedHops() == 0) {
                        headers.remove(line);
                    } else {
                        proto = true;
                    }
                }
                case X_FORWARDED_CLIENT_CERT -> {
                    if (!keepsClientCert(forwarded.clientCert(), connection)) {
                        headers.remove(line);
                    }
                }
                case X_ENVOY_DECORATOR_OPERATION,
                        X_ENVOY_DOWNSTREAM_SERVICE_CLUSTER,
                        X_ENVOY_DOWNSTREAM_SERVICE_NODE -> {
                    if (edge) {
                        headers.remove(line);
                    }
                }
                default -> {
                    if (name.isOrder() && !internal) {
                        headers.remove(line);
                    }
                }
            }
        }
        request.scheme(connection.isTls() ? "https" : "http");
        if (!proto) {
            headers.add(FieldName.X_FORWARDED_PROTO, request.scheme());
        }
        if (!requestId && manager.generateRequestId()) {
            headers.add(FieldName.X_REQUEST_ID, requestId(worker));
        }
        if (forwarded.useRemoteAddress() && !forwarded.skipAppend()) {
            String before = headers.joined(FieldName.X_FORWARDED_FOR.text());
            String client = connection.source().getAddress().getHostAddress();
            headers.set(FieldName.X_FORWARDED_FOR, before == null ? client : before + "," + client);
        }
        clientCert(headers, forwarded, connection);
        if (manager.stripPort() && request.pathLength() > 0) { // CONNECT is for a host and its port
            String authority = request.authority();
            int colon = authority.lastIndexOf(':');
            if (colon > authority.lastIndexOf(']')) {
                request.authority(authority.substring(0, colon));
            }
        }
    }

    private static boolean keepsClientCert(HttpConnectionManager.Forwarded.ClientCert mode, Connection connection) {
        return switch (mode) {
            case SANITIZE, SANITIZE_SET -> false;
            case FORWARD_ONLY, APPEND_FORWARD -> connection.hasClientCertificate();
            case ALWAYS_FORWARD_ONLY -> true;
        };
    }

    private static void clientCert(Headers headers, HttpConnectionManager.Forwarded forwarded, Connection connection) {
        boolean sets = switch (forwarded.clientCert()) {
            case APPEND_FORWARD, SANITIZE_SET -> connection.hasClientCertificate();
            case SANITIZE, FORWARD_ONLY, ALWAYS_FORWARD_ONLY -> false;
        };
        if (!sets) {
            return;
        }
        String mine = connection.clientCertificateHeader(forwarded);
        if (!mine.isEmpty()) {
            String before = headers.joined(FieldName.X_FORWARDED_CLIENT_CERT.text());
            headers.set(FieldName.X_FORWARDED_CLIENT_CERT, before == null ? mine : before + "," + mine);
        }
    }

    /** A random UUID (RFC 9562 version 4). It tells requests apart; it is no secret. */
    private static String requestId(Worker worker) {
        long high = (worker.dice().next() & 0xffffffff_ffff0fffL) | 0x4000L;
        long low = (worker.dice().next() & 0x3fffffff_ffffffffL) | 0x80000000_00000000L;
        char[] text = new char[36];
        int at = 0;
        for (int i = 0; i < 32; i++) {
            if (i == 8 || i == 12 || i == 16 || i == 20) {
                text[at++] = '-';
            }
            long from = i < 16 ? high : low;
            text[at++] = HEX[(int) (from >>> (60 - (i & 15) * 4)) & 0xf];
        }
        return new String(text);
    }
}
