package io.weft.controlplane.source;

import io.weft.controlplane.model.MtlsMode;
import io.weft.controlplane.model.PeerAuthentication;
import io.weft.controlplane.source.Reading.StandIn;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads Istio's {@code PeerAuthentication}. */
final class PeerAuthenticationReader {
    private static final Map<String, MtlsMode> MODES = Map.of(
            "STRICT", MtlsMode.STRICT,
            "PERMISSIVE", MtlsMode.PERMISSIVE,
            "DISABLE", MtlsMode.DISABLE,
            "UNSET", MtlsMode.UNSET);

    private PeerAuthenticationReader() {}

    static PeerAuthentication read(Metadata metadata, Fields object) {
        Optional<Fields> spec = object.take("spec").map(Value::fields);
        Map<String, String> selector = spec.map(Selectors::read).orElse(Map.of());
        MtlsMode mode = spec.flatMap(fields -> fields.take("mtls"))
                .map(PeerAuthenticationReader::mode)
                .orElse(MtlsMode.UNSET);
        var ports = new LinkedHashMap<Integer, MtlsMode>();
        spec.flatMap(fields -> fields.take("portLevelMtls")).ifPresent(value -> {
            if (selector.isEmpty()) {
                value.refuse("needs a selector: without one it has no effect");
            }
            value.map(PeerAuthenticationReader::mode).forEach((port, portMode) -> {
                if (port.matches("[1-9][0-9]{0,4}") && Integer.parseInt(port) <= 65535) {
                    ports.put(Integer.parseInt(port), portMode);
                } else {
                    value.refuse("expected a port from 1 to 65535 as key, found '" + Findings.shorten(port) + "'");
                }
            });
        });
        spec.ifPresent(Fields::finish);
        return new PeerAuthentication(metadata.namespace(), metadata.name(), selector, mode, ports);
    }

    private static MtlsMode mode(Value value) {
        Fields fields = value.fields();
        MtlsMode mode = fields.take("mode").flatMap(word -> word.oneOf(MODES)).orElse(MtlsMode.UNSET);
        fields.finish();
        return mode;
    }

    static StandIn standIn(Metadata metadata, Fields object) {
        return new StandIn(
                new PeerAuthentication(
                        metadata.namespace(), metadata.name(), Selectors.salvage(object), MtlsMode.STRICT, Map.of()),
                "until it is corrected, mutual TLS is STRICT for what it selects");
    }
}
