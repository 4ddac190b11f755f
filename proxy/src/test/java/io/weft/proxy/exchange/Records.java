package io.weft.proxy.exchange;

import io.netty.channel.DefaultEventLoop;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.testing.Fixture;
import io.weft.proxy.worker.Worker;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Exchanges that ended, without traffic: for tests of what is told of them. Times are in nanoseconds from 1 s on. */
public final class Records {

    public static final long BEGAN = 1_000_000_000L;

    private final ExchangeRecord record;
    private final Request request = new Request();

    private Records(HttpConnectionManager manager, Connection connection) {
        request.method("GET");
        request.path("/");
        record = new ExchangeRecord(manager, connection, request, "HTTP/1.1", BEGAN);
        record.requestEnded(BEGAN + 1_000_000);
    }

    public static Connection connection(Listener listener) {
        return new Connection(
                new Worker(new DefaultEventLoop(), 0),
                42,
                listener,
                new InetSocketAddress(InetAddress.ofLiteral("10.1.0.7"), 51000),
                new InetSocketAddress(InetAddress.ofLiteral("10.1.0.9"), 15006),
                new InetSocketAddress(InetAddress.ofLiteral("10.1.0.9"), 8080));
    }

    public static Connection connection() {
        return connection(Fixture.listener(Listener.Inspection.NONE));
    }

    public static Records of(Connection connection) {
        return new Records(Fixture.manager(Fixture.routes(Fixture.forwardTo("c"))), connection);
    }

    public static Records of(HttpConnectionManager manager, Connection connection) {
        return new Records(manager, connection);
    }

    public Records request(String method, String path, String... headers) {
        request.method(method);
        request.path(path);
        for (int i = 0; i < headers.length; i += 2) {
            request.headers().add(headers[i], headers[i + 1]);
        }
        return this;
    }

    public Records to(String cluster, String route) {
        record.cluster(cluster);
        record.route(route);
        return this;
    }

    public Records flag(ResponseFlag flag) {
        record.flag(flag);
        return this;
    }

    public Records details(String details) {
        record.details(details);
        return this;
    }

    /** The endpoint's answer, 20 ms after the beginning. */
    public Records answered(int status, String... headers) {
        Response response = new Response();
        response.status(status, "");
        for (int i = 0; i < headers.length; i += 2) {
            response.headers().add(headers[i], headers[i + 1]);
        }
        record.response(response);
        record.responseStarted(status, BEGAN + 20_000_000);
        return this;
    }

    /** The proxy's own answer. */
    public Records refused(int status) {
        record.responseStarted(status, BEGAN + 2_000_000);
        return this;
    }

    public Records bytes(long in, long out) {
        record.requestBytes(in);
        record.responseBytes(out);
        return this;
    }

    public ExchangeRecord record() {
        return record;
    }
}
