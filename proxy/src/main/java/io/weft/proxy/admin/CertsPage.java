package io.weft.proxy.admin;

import io.weft.proxy.tls.CertificateFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Envoy's form of {@code /certs}: of each secret its roots and its chain, nothing of a key. */
final class CertsPage {

    private CertsPage() {}

    static AdminAnswer answer(AdminParts parts) {
        return AdminAnswer.json(
                json(CertificateFacts.of(parts.snapshot().get()), parts.clock().instant()));
    }

    private static Object json(List<CertificateFacts> facts, Instant now) {
        Map<String, Map<String, Object>> bySecret = new LinkedHashMap<>();
        for (CertificateFacts fact : facts) {
            Map<String, Object> both = bySecret.computeIfAbsent(fact.secret(), name -> {
                Map<String, Object> made = new LinkedHashMap<>();
                made.put("ca_cert", new ArrayList<>());
                made.put("cert_chain", new ArrayList<>());
                return made;
            });
            String side = switch (fact.kind()) {
                case TRUST -> "ca_cert";
                case CHAIN -> "cert_chain";
            };
            if (both.get(side) instanceof List<?> before) {
                List<Object> more = new ArrayList<>(before);
                more.add(certificate(fact, now));
                both.put(side, more);
            }
        }
        return Map.of("certificates", List.copyOf(bySecret.values()));
    }

    private static Object certificate(CertificateFacts fact, Instant now) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("path", "<inline>");
        shown.put("secret_name", fact.secret());
        shown.put("serial_number", fact.serial());
        shown.put(
                "subject_alt_names", fact.names().stream().map(CertsPage::name).toList());
        shown.put("days_until_expiration", Long.toString(fact.daysLeft(now)));
        shown.put("valid_from", fact.notBefore().toString());
        shown.put("expiration_time", fact.notAfter().toString());
        return shown;
    }

    private static Object name(String name) {
        int colon = name.indexOf(':');
        String value = name.substring(colon + 1);
        return switch (name.substring(0, colon)) {
            case "URI" -> Map.of("uri", value);
            case "IP" -> Map.of("ip_address", value);
            default -> Map.of("dns", value);
        };
    }
}
