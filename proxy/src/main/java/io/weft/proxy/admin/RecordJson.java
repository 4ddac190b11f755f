package io.weft.proxy.admin;

import io.weft.proxy.config.Secret;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Configuration records as values for JSON: a record is an object of its components, and where it is one of several
 * kinds its name says which. A private key is never among them, wherever a secret may stand.
 */
final class RecordJson {

    private static final String REDACTED = "[redacted]";

    private RecordJson() {}

    static Object of(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Secret.Certificate certificate -> {
                Map<String, Object> shown = new LinkedHashMap<>();
                shown.put("certificate_chain", certificate.chainPem());
                shown.put("private_key", REDACTED);
                yield shown;
            }
            case Secret.Trust trust -> Map.of("trusted_ca", trust.rootsPem());
            case Map<?, ?> map -> {
                Map<String, Object> shown = new LinkedHashMap<>();
                map.forEach((key, each) -> shown.put(String.valueOf(key), of(each)));
                yield shown;
            }
            case List<?> list -> {
                List<Object> shown = new ArrayList<>();
                list.forEach(each -> shown.add(of(each)));
                yield shown;
            }
            case Record record -> record(record);
            case Duration duration -> duration.toMillis() / 1000.0 + "s";
            case Number number -> number;
            case Boolean truth -> truth;
            default -> value.toString();
        };
    }

    private static Object record(Record record) {
        Map<String, Object> shown = new LinkedHashMap<>();
        for (Class<?> kind : record.getClass().getInterfaces()) {
            if (kind.isSealed()) {
                shown.put("kind", record.getClass().getSimpleName());
            }
        }
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value;
            try {
                value = component.getAccessor().invoke(record);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(component.toString(), e);
            }
            if (value != null) {
                shown.put(component.getName(), of(value));
            }
        }
        return shown;
    }
}
