package io.weft.proxy.grpc;

import io.netty.handler.codec.http2.Http2Error;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended, by gRPC's status codes.
 *
 * @param message from the server, or what failed here; may be empty
 */
public record GrpcStatus(Code code, String message) {

    /** In the order of their numbers. */
    public enum Code {
        OK,
        CANCELLED,
        UNKNOWN,
        INVALID_ARGUMENT,
        DEADLINE_EXCEEDED,
        NOT_FOUND,
        ALREADY_EXISTS,
        PERMISSION_DENIED,
        RESOURCE_EXHAUSTED,
        FAILED_PRECONDITION,
        ABORTED,
        OUT_OF_RANGE,
        UNIMPLEMENTED,
        INTERNAL,
        UNAVAILABLE,
        DATA_LOSS,
        UNAUTHENTICATED;

        private static final Code[] BY_NUMBER = values();

        static Code of(@Nullable CharSequence number) {
            try {
                int index = number == null ? -1 : Integer.parseInt(number, 0, number.length(), 10);
                return index >= 0 && index < BY_NUMBER.length ? BY_NUMBER[index] : UNKNOWN;
            } catch (NumberFormatException e) {
                return UNKNOWN;
            }
        }
    }

    public boolean isOk() {
        return code == Code.OK;
    }

    static GrpcStatus unavailable(String message) {
        return new GrpcStatus(Code.UNAVAILABLE, message);
    }

    /** With the innermost cause, where the reason of a failed TLS handshake stands. */
    static GrpcStatus failed(Throwable failure) {
        Throwable cause = failure;
        // A failed connection says the address only on the outside.
        while (cause.getCause() != null && !(cause instanceof ConnectException)) {
            cause = cause.getCause();
        }
        return unavailable(cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }

    /** As gRPC's mapping of HTTP/2 errors has it. */
    static GrpcStatus reset(long error) {
        Http2Error known = Http2Error.valueOf(error);
        Code code = known == null
                ? Code.UNKNOWN
                : switch (known) {
                    case REFUSED_STREAM -> Code.UNAVAILABLE;
                    case CANCEL -> Code.CANCELLED;
                    case ENHANCE_YOUR_CALM -> Code.RESOURCE_EXHAUSTED;
                    case INADEQUATE_SECURITY -> Code.PERMISSION_DENIED;
                    default -> Code.INTERNAL;
                };
        return new GrpcStatus(code, "reset by the server: " + (known == null ? Long.toString(error) : known.name()));
    }

    /** As gRPC's mapping of HTTP statuses has it, for servers that speak no gRPC. */
    static GrpcStatus http(CharSequence status) {
        Code code = switch (status.toString()) {
            case "400" -> Code.INTERNAL;
            case "401" -> Code.UNAUTHENTICATED;
            case "403" -> Code.PERMISSION_DENIED;
            case "404" -> Code.UNIMPLEMENTED;
            case "429", "502", "503", "504" -> Code.UNAVAILABLE;
            default -> Code.UNKNOWN;
        };
        return new GrpcStatus(code, "HTTP status " + status);
    }

    /** Percent-decoded UTF-8, as {@code grpc-message} is sent; what is not encoded rightly stays as it is. */
    static String decoded(@Nullable CharSequence encoded) {
        if (encoded == null) {
            return "";
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            int high = c == '%' && i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(encoded.charAt(i + 2), 16) : -1;
            if (low >= 0) {
                bytes.write((high << 4) | low);
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return message.isEmpty() ? code.name() : code + ": " + message;
    }
}
