package io.weft.proxy.config;

import java.util.List;
import java.util.Map;

/** One access log: where lines go and what stands in them. */
public record AccessLog(Sink sink, Format format) {

    public sealed interface Sink {
        record File(String path) implements Sink {}

        record Stdout() implements Sink {}

        record Stderr() implements Sink {}
    }

    /** The format string as configured; compiled by {@code telemetry}. */
    public sealed interface Format {
        record Text(String format) implements Format {}

        record Json(Map<String, String> fields, List<String> order) implements Format {
            public Json {
                fields = Map.copyOf(fields);
                order = List.copyOf(order);
            }
        }
    }
}
