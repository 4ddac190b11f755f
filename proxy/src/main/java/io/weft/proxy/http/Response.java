package io.weft.proxy.http;

/** The head of a response, final or interim. */
public final class Response {

    private final Headers headers = new Headers();
    private int status;
    private String reason = "";
    private Request.Body body = Request.Body.NONE;
    private long contentLength = -1;

    public void clear() {
        headers.clear();
        status = 0;
        reason = "";
        body = Request.Body.NONE;
        contentLength = -1;
    }

    public Headers headers() {
        return headers;
    }

    /** 100 to 599. */
    public int status() {
        return status;
    }

    /** The HTTP/1 reason phrase; empty where there is none. */
    public String reason() {
        return reason;
    }

    public void status(int code, String phrase) {
        status = code;
        reason = phrase;
    }

    public boolean isInterim() {
        return status < 200;
    }

    public Request.Body body() {
        return body;
    }

    /** -1 where it is not known. */
    public long contentLength() {
        return contentLength;
    }

    public void body(Request.Body kind, long length) {
        body = kind;
        contentLength = length;
    }

    /** The usual phrase of a status code (RFC 9110 section 15), or an empty text. */
    public static String phrase(int status) {
        return switch (status) {
            case 100 -> "Continue";
            case 101 -> "Switching Protocols";
            case 103 -> "Early Hints";
            case 200 -> "OK";
            case 201 -> "Created";
            case 202 -> "Accepted";
            case 204 -> "No Content";
            case 206 -> "Partial Content";
            case 301 -> "Moved Permanently";
            case 302 -> "Found";
            case 303 -> "See Other";
            case 304 -> "Not Modified";
            case 307 -> "Temporary Redirect";
            case 308 -> "Permanent Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 421 -> "Misdirected Request";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            default -> "";
        };
    }
}
