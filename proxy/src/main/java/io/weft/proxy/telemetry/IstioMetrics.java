package io.weft.proxy.telemetry;

import io.weft.proxy.config.Listener;
import io.weft.proxy.exchange.ExchangeRecord;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.tcp.TcpUpstream;
import io.weft.proxy.tls.PeerCertificate;
import io.weft.proxy.tls.TlsSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Istio's standard metrics. No label comes from what a client can choose freely: not the host, the path or the method,
 * but the cluster, and the identity that the handshake verified (case H5).
 */
final class IstioMetrics {

    private final SeriesTable<IstioKey, Requests> requests;
    private final SeriesTable<IstioKey, Tcp> tcp;
    private final Workload own;
    private final Last[] last;

    /** The series an event loop counted under last: most requests come in rows of the same kind. */
    private static final class Last {
        private @Nullable IstioKey key;
        private @Nullable Requests series;
    }

    private static final class Requests {
        private final Counter total = new Counter();
        private final Histogram duration = new Histogram();
        private final Histogram requestBytes = new Histogram();
        private final Histogram responseBytes = new Histogram();
    }

    private static final class Tcp {
        private final Counter opened = new Counter();
        private final Counter closed = new Counter();
        private final Counter received = new Counter();
        private final Counter sent = new Counter();
    }

    IstioMetrics(int loops, int limit, Workload own) {
        this.own = own;
        this.requests = new SeriesTable<>(loops, limit, IstioKey.OVERFLOW, Requests::new);
        this.tcp = new SeriesTable<>(loops, limit, IstioKey.OVERFLOW, Tcp::new);
        this.last = new Last[loops];
        for (int i = 0; i < loops; i++) {
            last[i] = new Last();
        }
    }

    void ended(ExchangeRecord record, long now) {
        Connection connection = record.connection();
        int loop = connection.worker().index();
        boolean inbound = isInbound(connection);
        TlsSession meshSide = inbound ? connection.tls() : record.upstreamTls();
        String peer = peer(meshSide);
        String local = local(meshSide);
        boolean grpc = isGrpc(record);
        Last before = last[loop];
        Requests series = before.series;
        if (series == null
                || before.key == null
                || !before.key.is(inbound, record.cluster(), peer, local, record.status(), record.flags(), grpc)) {
            IstioKey key = new IstioKey(
                    inbound,
                    record.cluster(),
                    peer,
                    local,
                    record.status(),
                    record.flags(),
                    grpc ? IstioKey.Protocol.GRPC : IstioKey.Protocol.HTTP);
            series = requests.get(loop, key);
            before.key = key;
            before.series = series;
        }
        series.total.add(1);
        series.duration.record(Math.max(0, now - record.began()) / 1_000_000);
        series.requestBytes.record(record.requestBytes());
        series.responseBytes.record(record.responseBytes());
    }

    void opened(Connection connection, TcpUpstream upstream) {
        tcp(connection, upstream).opened.add(1);
    }

    void closed(Connection connection, TcpUpstream upstream) {
        Tcp series = tcp(connection, upstream);
        series.closed.add(1);
        series.received.add(connection.received());
        series.sent.add(connection.sent());
    }

    private Tcp tcp(Connection connection, TcpUpstream upstream) {
        boolean inbound = isInbound(connection);
        TlsSession meshSide = inbound ? connection.tls() : upstream.tls();
        IstioKey key =
                new IstioKey(inbound, upstream.cluster(), peer(meshSide), local(meshSide), 0, 0, IstioKey.Protocol.TCP);
        return tcp.get(connection.worker().index(), key);
    }

    private static boolean isInbound(Connection connection) {
        return connection.listener().direction() == Listener.Direction.INBOUND;
    }

    private static boolean isGrpc(ExchangeRecord record) {
        Headers headers = record.request().headers();
        int line = headers.find(FieldName.CONTENT_TYPE, 0);
        return line >= 0 && headers.value(line).startsWith("application/grpc");
    }

    private static String peer(@Nullable TlsSession session) {
        PeerCertificate peer = session == null ? null : session.peer();
        return peer == null || peer.uris().isEmpty() ? "" : peer.uris().getFirst();
    }

    private static String local(@Nullable TlsSession session) {
        return session == null || session.localId() == null
                ? ""
                : session.localId().toString();
    }

    List<Metric> read() {
        List<Metric> metrics = new ArrayList<>();
        for (Map.Entry<IstioKey, List<Requests>> entry : requests.all().entrySet()) {
            Labels labels = entry.getKey().labels(own);
            List<Requests> parts = entry.getValue();
            long total = parts.stream().mapToLong(part -> part.total.get()).sum();
            metrics.add(Metric.total("istio_requests_total" + suffix(labels), "istio_requests_total", labels, total));
            distribution(
                    metrics,
                    "istio_request_duration_milliseconds",
                    labels,
                    parts.stream().map(part -> part.duration).toList());
            distribution(
                    metrics,
                    "istio_request_bytes",
                    labels,
                    parts.stream().map(part -> part.requestBytes).toList());
            distribution(
                    metrics,
                    "istio_response_bytes",
                    labels,
                    parts.stream().map(part -> part.responseBytes).toList());
        }
        for (Map.Entry<IstioKey, List<Tcp>> entry : tcp.all().entrySet()) {
            Labels labels = entry.getKey().labels(own);
            List<Tcp> parts = entry.getValue();
            total(
                    metrics,
                    "istio_tcp_connections_opened_total",
                    labels,
                    parts.stream().mapToLong(part -> part.opened.get()).sum());
            total(
                    metrics,
                    "istio_tcp_connections_closed_total",
                    labels,
                    parts.stream().mapToLong(part -> part.closed.get()).sum());
            total(
                    metrics,
                    "istio_tcp_received_bytes_total",
                    labels,
                    parts.stream().mapToLong(part -> part.received.get()).sum());
            total(
                    metrics,
                    "istio_tcp_sent_bytes_total",
                    labels,
                    parts.stream().mapToLong(part -> part.sent.get()).sum());
        }
        return metrics;
    }

    private static void total(List<Metric> metrics, String name, Labels labels, long value) {
        metrics.add(Metric.total(name + suffix(labels), name, labels, value));
    }

    private static void distribution(List<Metric> metrics, String name, Labels labels, List<Histogram> parts) {
        metrics.add(new Metric(name + suffix(labels), name, labels, Histogram.sum(parts)));
    }

    /** In plain text the labels stand in the name, as Envoy shows Istio's metrics. */
    private static String suffix(Labels labels) {
        StringBuilder out = new StringBuilder();
        for (Map.Entry<String, String> pair : labels.pairs()) {
            out.append('.').append(pair.getKey()).append('.').append(pair.getValue());
        }
        return out.toString();
    }

    /** Flags as Istio shows them: a dash for none. */
    static String flags(int bits) {
        StringBuilder all = new StringBuilder();
        for (ResponseFlag flag : ResponseFlag.values()) {
            if ((bits & flag.bit()) != 0) {
                all.append(all.isEmpty() ? "" : ",").append(flag.name());
            }
        }
        return all.isEmpty() ? "-" : all.toString();
    }
}
