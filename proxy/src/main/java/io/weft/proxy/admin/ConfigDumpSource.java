package io.weft.proxy.admin;

import java.util.List;
import java.util.Map;

/** What the source of configuration has to show in {@code /config_dump}. */
public interface ConfigDumpSource {

    ConfigDumpSource NONE = withEndpoints -> List.of();

    /**
     * One JSON object each, with its {@code @type}; no key material.
     *
     * @param withEndpoints also what came over EDS
     */
    List<Map<String, Object>> sections(boolean withEndpoints);
}
