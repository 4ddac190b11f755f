package io.weft.proxy.telemetry;

import java.util.List;

/** Something that has numbers to show. Read on the admin interface's thread. */
public interface MetricSource {

    List<Metric> read();
}
