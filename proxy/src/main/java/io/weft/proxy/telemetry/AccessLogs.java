package io.weft.proxy.telemetry;

import io.weft.proxy.config.AccessLog;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.exchange.ExchangeObserver;
import io.weft.proxy.exchange.ExchangeRecord;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.runtime.ConnectionObserver;
import io.weft.proxy.tcp.TcpUpstream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The access logs of one process. An exchange is logged where its connection manager says; a connection that ended
 * without one, where its listener says and, once a filter chain took it, where that chain's last filter says. So a
 * connection that policy refused has a line that names the policy, also where it never came to speak HTTP.
 */
public final class AccessLogs implements ExchangeObserver, ConnectionObserver, AutoCloseable {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.telemetry");

    private final InstantSource clock;
    private final AccessLogWriter writer;
    private final List<OfLoop> loops = new ArrayList<>();

    /** @param loops how many event loops there are; their workers are numbered from 0 */
    public AccessLogs(int loops, InstantSource clock) {
        this.clock = clock;
        this.writer = new AccessLogWriter(loops);
        for (int i = 0; i < loops; i++) {
            this.loops.add(new OfLoop(i));
        }
    }

    @Override
    public void ended(ExchangeRecord record, long now) {
        List<AccessLog> logs = record.manager().accessLogs();
        if (!logs.isEmpty()) {
            Connection connection = record.connection();
            loop(connection).write(logs, new LogEntry(connection, record, null, now, clock.instant()));
        }
    }

    @Override
    public void ended(Connection connection, @Nullable TcpUpstream upstream) {
        List<AccessLog> own = connection.listener().accessLogs();
        FilterChain chain = connection.filterChain();
        List<AccessLog> chains = chain == null
                ? List.of()
                : switch (chain.terminal()) {
                    case TcpProxy tcp -> tcp.accessLogs();
                    case HttpConnectionManager manager -> manager.accessLogs();
                };
        if (own.isEmpty() && chains.isEmpty()) {
            return;
        }
        Instant ended = clock.instant();
        LogEntry entry = new LogEntry(connection, null, upstream, System.nanoTime(), ended);
        loop(connection).write(own, entry);
        loop(connection).write(chains, entry);
    }

    private OfLoop loop(Connection connection) {
        return loops.get(connection.worker().index());
    }

    /** Files are closed and opened anew, for logrotate. */
    public void reopen() {
        writer.reopen();
    }

    /** Lines written since the start. */
    public long written() {
        return writer.written();
    }

    /** Lines that could not be written, because a sink stalled or failed. */
    public long dropped() {
        return writer.dropped();
    }

    @Override
    public void close() {
        writer.close();
    }

    private record Compiled(int sink, LogFormat format) {}

    /** What one event loop keeps: its compiled formats and the line at hand. */
    private final class OfLoop {
        /** Lists of configurations that are gone are forgotten with all others, now and then. */
        private static final int MAX_KNOWN = 512;

        private final int index;
        private final LineBuffer line = new LineBuffer();
        private boolean told;
        private final IdentityHashMap<List<AccessLog>, List<Compiled>> known = new IdentityHashMap<>();

        OfLoop(int index) {
            this.index = index;
        }

        void write(List<AccessLog> logs, LogEntry entry) {
            if (logs.isEmpty()) {
                return;
            }
            List<Compiled> compiled = known.get(logs);
            if (compiled == null) {
                compiled = compile(logs);
            }
            for (int i = 0; i < compiled.size(); i++) {
                Compiled log = compiled.get(i);
                try {
                    log.format().write(entry, line);
                } catch (RuntimeException e) {
                    failed(e); // a log must not end the traffic it tells of
                    continue;
                }
                writer.offer(index, log.sink(), line.bytes(), line.length());
            }
        }

        private void failed(RuntimeException cause) {
            if (!told) {
                told = true;
                LOG.log(System.Logger.Level.ERROR, "an access log line could not be made", cause);
            }
        }

        private List<Compiled> compile(List<AccessLog> logs) {
            if (known.size() >= MAX_KNOWN) {
                known.clear();
            }
            List<Compiled> made = new ArrayList<>();
            for (AccessLog log : logs) {
                try {
                    made.add(new Compiled(writer.sink(log.sink()), LogFormat.compile(log.format())));
                } catch (InvalidLogFormat e) {
                    // The parser refuses such a format; a log must not end the traffic it tells of.
                    LOG.log(System.Logger.Level.ERROR, "access log {0}: {1}", log.sink(), e.getMessage());
                }
            }
            known.put(logs, made);
            return made;
        }
    }
}
