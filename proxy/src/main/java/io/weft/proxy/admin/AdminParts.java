package io.weft.proxy.admin;

import io.weft.proxy.cluster.ClusterReport;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.listen.Listeners;
import io.weft.proxy.telemetry.StatsReader;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the admin interface looks at. Nothing is asked for before a request comes, and never by a worker.
 *
 * @param version of this program
 * @param concurrency event loops
 * @param reopenLogs begins access logs anew
 */
public record AdminParts(
        String version,
        Bootstrap.Node node,
        int concurrency,
        InstantSource clock,
        Supplier<Snapshot> snapshot,
        Supplier<List<Listeners.Bound>> listeners,
        Supplier<Map<String, ClusterReport>> clusters,
        StatsReader stats,
        Lifecycle lifecycle,
        LogLevels logLevels,
        Runnable reopenLogs,
        ConfigDumpSource configuration) {}
