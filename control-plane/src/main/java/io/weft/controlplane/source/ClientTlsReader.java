package io.weft.controlplane.source;

import io.weft.controlplane.model.ClientTls;
import io.weft.controlplane.model.ClientTls.CertificateFiles;
import io.weft.controlplane.model.ClientTls.ServerTrust;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code tls} of a DestinationRule's traffic policy (Istio's ClientTLSSettings). */
final class ClientTlsReader {
    private enum Mode {
        DISABLE,
        ISTIO_MUTUAL,
        SIMPLE,
        MUTUAL
    }

    private static final Map<String, Mode> MODES = Map.of(
            "DISABLE", Mode.DISABLE, "ISTIO_MUTUAL", Mode.ISTIO_MUTUAL, "SIMPLE", Mode.SIMPLE, "MUTUAL", Mode.MUTUAL);

    private static final Pattern SERVER_NAME = Pattern.compile("[A-Za-z0-9_]([-A-Za-z0-9_.]{0,251}[A-Za-z0-9_])?");
    /** The one word of {@code caCertificates} that is no path. */
    private static final String SYSTEM = "system";

    private ClientTlsReader() {}

    /** Empty if the mode cannot be read, which is a finding. */
    static Optional<ClientTls> read(Fields fields) {
        Optional<Mode> mode = fields.need("mode").flatMap(word -> word.oneOf(MODES));
        Optional<ClientTls> tls = mode.map(known -> switch (known) {
            case DISABLE -> of(known, ClientTls.DISABLE, fields);
            case ISTIO_MUTUAL -> of(known, ClientTls.ISTIO_MUTUAL, fields);
            case SIMPLE, MUTUAL -> originate(known, fields);
        });
        if (mode.isPresent()) {
            fields.finish();
        }
        return tls;
    }

    /** Whether it surely asks for the TLS of the server itself, whatever is wrong with it. */
    static boolean originates(Fields fields) {
        return fields.take("mode")
                .flatMap(word -> word.oneOf(MODES))
                .filter(mode -> mode == Mode.SIMPLE || mode == Mode.MUTUAL)
                .isPresent();
    }

    private static ClientTls of(Mode mode, ClientTls tls, Fields fields) {
        for (String name : List.of(
                "sni",
                "subjectAltNames",
                "caCertificates",
                "insecureSkipVerify",
                "clientCertificate",
                "privateKey",
                "credentialName")) {
            refuse(fields, name, "not supported with mode " + mode);
        }
        return tls;
    }

    private static ClientTls originate(Mode mode, Fields fields) {
        String sni = fields.take("sni")
                .flatMap(value -> value.parsed(ClientTlsReader::serverName))
                .orElse("");
        Optional<Value> names = fields.take("subjectAltNames");
        Optional<Value> roots = fields.take("caCertificates");
        boolean unverified = fields.bool("insecureSkipVerify", false);
        if (unverified) {
            for (Optional<Value> contradiction : List.of(names, roots)) {
                contradiction.ifPresent(
                        value -> value.refuse("says whom to trust, and insecureSkipVerify: true says anyone"));
            }
        }
        refuse(
                fields,
                "credentialName",
                "not supported: it names a secret of a cluster, and no control plane of this mesh hands out keys;"
                        + " name files in the proxy instead (caCertificates; with mode MUTUAL also clientCertificate and privateKey)");
        return new ClientTls.Originate(
                sni,
                names.map(value -> value.someItems().stream()
                                .flatMap(item -> item.parsed(ClientTlsReader::subjectAltName).stream())
                                .toList())
                        .orElse(List.of()),
                unverified
                        ? new ServerTrust.Unverified()
                        : roots.flatMap(value -> value.parsed(ClientTlsReader::trust))
                                .orElse(new ServerTrust.SystemRoots()),
                certificate(mode, fields));
    }

    private static Optional<CertificateFiles> certificate(Mode mode, Fields fields) {
        if (mode != Mode.MUTUAL) {
            refuse(fields, "clientCertificate", "not supported with mode SIMPLE; MUTUAL shows a certificate");
            refuse(fields, "privateKey", "not supported with mode SIMPLE; MUTUAL shows a certificate");
            return Optional.empty();
        }
        Optional<String> chain = fields.need("clientCertificate").flatMap(value -> value.parsed(ClientTlsReader::file));
        Optional<String> key = fields.need("privateKey").flatMap(value -> value.parsed(ClientTlsReader::file));
        // One that is missing is a finding, and an object with findings is never used.
        return chain.flatMap(c -> key.map(k -> new CertificateFiles(c, k)));
    }

    private static void refuse(Fields fields, String name, String reason) {
        fields.take(name).ifPresent(value -> value.refuse(reason));
    }

    private static ServerTrust trust(String text) {
        return text.equals(SYSTEM) ? new ServerTrust.SystemRoots() : new ServerTrust.RootsIn(file(text));
    }

    private static String file(String text) {
        // The tilde parts the two files of one secret's name.
        if (!text.startsWith("/")
                || text.endsWith("/")
                || text.chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '~')) {
            throw new IllegalArgumentException(
                    "'" + Findings.shorten(text) + "': expected the absolute path of a file in the proxy, without '~'");
        }
        return text;
    }

    private static String serverName(String text) {
        if (!SERVER_NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + Findings.shorten(text) + "': expected the name of a server");
        }
        return text;
    }

    private static String subjectAltName(String text) {
        if (text.isBlank() || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IllegalArgumentException(
                    "'" + Findings.shorten(text) + "': expected a DNS name, an IP address or a URI");
        }
        return text;
    }
}
