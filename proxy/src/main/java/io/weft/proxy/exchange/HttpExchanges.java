package io.weft.proxy.exchange;

import io.weft.proxy.cluster.Clusters;
import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Exchanges;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.RequestReceiver;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;

/** The exchanges of one downstream connection. */
public final class HttpExchanges implements Exchanges {

    private final HttpChain chain;
    private final Connection connection;
    private final Clusters clusters;
    private boolean draining;

    public HttpExchanges(HttpChain chain, Connection connection, Clusters clusters) {
        this.chain = chain;
        this.connection = connection;
        this.clusters = clusters;
    }

    @Override
    public RequestReceiver begin(Downstream downstream, Request request, boolean end) {
        Exchange exchange = new Exchange(chain, connection, clusters, downstream, request);
        exchange.begin(end);
        return exchange;
    }

    @Override
    public void refuse(Downstream downstream, Request request, BadMessage problem) {
        ExchangeRecord record = new ExchangeRecord(
                chain.manager(),
                connection,
                request,
                downstream.protocol(),
                connection.worker().now());
        chain.began(record);
        record.flag(ResponseFlag.DPE);
        record.details(problem.details());
        record.responseStarted(problem.status(), connection.worker().now());
        LocalReply reply = new LocalReply(problem.status(), "", problem.details());
        record.responseBytes(reply.length(request));
        chain.ended(record, System.nanoTime());
        reply.send(downstream, request, headers -> chain.own(headers, null));
    }

    @Override
    public boolean isDraining() {
        return draining;
    }

    @Override
    public void drain() {
        draining = true;
    }
}
