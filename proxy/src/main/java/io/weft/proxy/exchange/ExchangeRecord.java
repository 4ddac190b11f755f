package io.weft.proxy.exchange;

import io.weft.proxy.cluster.Host;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import io.weft.proxy.http.Upstream;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.tls.TlsSession;
import org.jspecify.annotations.Nullable;

/** What is known of an exchange when it has ended, for access logs and metrics. Times are {@link System#nanoTime}. */
public final class ExchangeRecord {

    private final HttpConnectionManager manager;
    private final Connection connection;
    private final Request request;
    private final String protocol;
    private final long began;
    private int flags;
    private String details = "via_upstream";
    private String route = "";
    private String cluster = "";
    private @Nullable Host host;
    private String upstreamProtocol = "";
    private @Nullable Upstream upstreamStream;
    private String upstreamFailure = "";
    private int status;
    private int attempts;
    private long requestBytes;
    private long responseBytes;
    private long responseBegan;
    private long requestEnded;
    private @Nullable Response response;

    ExchangeRecord(HttpConnectionManager manager, Connection connection, Request request, String protocol, long began) {
        this.manager = manager;
        this.connection = connection;
        this.request = request;
        this.protocol = protocol;
        this.began = began;
    }

    void flag(ResponseFlag flag) {
        flags |= flag.bit();
    }

    void details(String why) {
        details = why;
    }

    void route(String name) {
        route = name;
    }

    void cluster(String name) {
        cluster = name;
    }

    void attempt(Host picked) {
        host = picked;
        attempts++;
    }

    void upstreamReady(Upstream stream) {
        upstreamProtocol = stream.protocol();
        upstreamStream = stream;
    }

    void upstreamFailure(String reason) {
        upstreamFailure = reason;
    }

    void responseStarted(int code, long now) {
        status = code;
        responseBegan = now;
    }

    void response(Response head) {
        response = head;
    }

    void requestEnded(long now) {
        requestEnded = now;
    }

    void requestBytes(long more) {
        requestBytes += more;
    }

    void responseBytes(long more) {
        responseBytes += more;
    }

    /** The connection manager that the request went through: its access logs, its name in statistics. */
    public HttpConnectionManager manager() {
        return manager;
    }

    public Connection connection() {
        return connection;
    }

    /** As it was forwarded; still whole while the record is looked at. */
    public Request request() {
        return request;
    }

    public String protocol() {
        return protocol;
    }

    public long began() {
        return began;
    }

    public boolean has(ResponseFlag flag) {
        return (flags & flag.bit()) != 0;
    }

    public boolean hasFlags() {
        return flags != 0;
    }

    /** One bit per flag, by its ordinal. */
    public int flags() {
        return flags;
    }

    /** Envoy's {@code RESPONSE_CODE_DETAILS}. */
    public String details() {
        return details;
    }

    public String route() {
        return route;
    }

    public String cluster() {
        return cluster;
    }

    /** The endpoint of the last attempt; null if there was none. */
    public @Nullable Host host() {
        return host;
    }

    public String upstreamProtocol() {
        return upstreamProtocol;
    }

    /** Where the connection to the endpoint was made from; empty if none was. */
    public String upstreamLocal() {
        Upstream stream = upstreamStream;
        return stream == null ? "" : stream.localAddress();
    }

    /** What the handshake with the endpoint agreed on; null where there was none. */
    public @Nullable TlsSession upstreamTls() {
        Upstream stream = upstreamStream;
        return stream == null ? null : stream.tls();
    }

    /** The endpoint's answer as it was forwarded; null where there was none. Still whole while the record is looked at. */
    public @Nullable Response response() {
        return response;
    }

    public String upstreamFailure() {
        return upstreamFailure;
    }

    /** 0 if no answer was begun. */
    public int status() {
        return status;
    }

    public int attempts() {
        return attempts;
    }

    public long requestBytes() {
        return requestBytes;
    }

    public long responseBytes() {
        return responseBytes;
    }

    /** When the answer's head came; 0 if none did. */
    public long responseBegan() {
        return responseBegan;
    }

    /** When the request was complete; 0 if it never was. */
    public long requestEnded() {
        return requestEnded;
    }
}
