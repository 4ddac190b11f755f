package io.weft.proxy.sidecar;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Istio's {@code ProxyConfig}, as injectors put it into {@code PROXY_CONFIG}: YAML or JSON. What asks for something that
 * this proxy does not do is refused; what concerns the injector or Envoy's own process has no effect here.
 *
 * @param all the fields as they came, for the node's metadata
 */
record ProxyConfig(Map<String, Object> all) {

    private static final int MAX_CHARACTERS = 1024 * 1024;
    private static final Set<String> HONOURED = Set.of(
            "discoveryAddress",
            "concurrency",
            "drainDuration",
            "terminationDrainDuration",
            "proxyMetadata",
            "serviceCluster",
            "proxyAdminPort",
            "statusPort");
    private static final Set<String> OF_NO_CONCERN = Set.of(
            "binaryPath",
            "configPath",
            "parentShutdownDuration",
            "controlPlaneAuthPolicy",
            "statNameLength",
            "holdApplicationUntilProxyStarts",
            "image",
            "interceptionMode",
            "readinessProbe",
            "proxyBootstrapTemplatePath",
            "envoyAccessLogService",
            "caCertificatesPem",
            "tracingServiceName");

    static ProxyConfig parse(@Nullable String text, Variables variables) {
        if (text == null) {
            return new ProxyConfig(Map.of());
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel("PROXY_CONFIG")
                .setCodePointLimit(MAX_CHARACTERS)
                .setMaxAliasesForCollections(0)
                .build();
        Object loaded;
        try {
            loaded = new Load(settings).loadFromString(text);
        } catch (YamlEngineException e) {
            variables.problem("PROXY_CONFIG: expected YAML or JSON: " + e.getMessage());
            return new ProxyConfig(Map.of());
        }
        Map<String, Object> all = new LinkedHashMap<>();
        if (loaded instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (value != null) {
                    all.put(String.valueOf(key), value);
                }
            });
        } else if (loaded != null) {
            variables.problem("PROXY_CONFIG: expected an object");
        }
        for (String field : all.keySet()) {
            if (!HONOURED.contains(field) && !OF_NO_CONCERN.contains(field)) {
                variables.problem("PROXY_CONFIG." + field + ": not supported");
            }
        }
        return new ProxyConfig(all);
    }

    @Nullable
    String text(String field) {
        Object value = all.get(field);
        return value == null || String.valueOf(value).isBlank() ? null : String.valueOf(value);
    }

    /** Variables that count where the environment itself has none. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (all.get("proxyMetadata") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> metadata.put(String.valueOf(key), String.valueOf(value)));
        }
        return metadata;
    }
}
