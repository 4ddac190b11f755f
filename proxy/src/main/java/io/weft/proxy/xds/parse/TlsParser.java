package io.weft.proxy.xds.parse;

import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.config.TlsParameters.Version;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.wire.Message;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TLS of both directions. */
final class TlsParser {

    static final String PACKAGE = "envoy.extensions.transport_sockets.tls.v3.";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(PACKAGE + "DownstreamTlsContext")
                    .decidesPolicy()
                    .honours("common_tls_context", "require_client_certificate")
                    .only("require_sni", "a client without SNI is served", "false")
                    .only("full_scan_certs_on_sni_mismatch", "there is one certificate to choose from", "true", "false")
                    .only("ocsp_staple_policy", "nothing is stapled", "LENIENT_STAPLING"),
            MessageFields.typed(PACKAGE + "UpstreamTlsContext")
                    .decidesPolicy()
                    .honours("common_tls_context", "sni")
                    .only("allow_renegotiation", "renegotiation is refused", "false")
                    .only("enforce_rsa_key_usage", "BoringSSL always does", "true"),
            MessageFields.of(PACKAGE + "CommonTlsContext")
                    .decidesPolicy()
                    .honours(
                            "tls_params",
                            "tls_certificates",
                            "tls_certificate_sds_secret_configs",
                            "validation_context",
                            "validation_context_sds_secret_config",
                            "combined_validation_context",
                            "alpn_protocols"),
            MessageFields.of(PACKAGE + "CommonTlsContext.CombinedCertificateValidationContext")
                    .decidesPolicy()
                    .honours("default_validation_context", "validation_context_sds_secret_config"),
            MessageFields.of(PACKAGE + "TlsParameters")
                    .decidesPolicy()
                    .honours(
                            "tls_minimum_protocol_version",
                            "tls_maximum_protocol_version",
                            "cipher_suites",
                            "ecdh_curves"),
            MessageFields.of(PACKAGE + "SdsSecretConfig").decidesPolicy().honours("name", "sds_config"));

    private static final int MAX_ALPN = 255;

    private TlsParser() {}

    static DownstreamTls downstream(Message message, Duration handshakeTimeout, FieldPath path, Reading reading) {
        FieldPath common = path.field("common_tls_context");
        TlsParameters parameters = parameters(message.message("common_tls_context"), common, reading);
        boolean required = message.message("require_client_certificate").flag("value");
        if (parameters.certificate() == null) {
            throw new InvalidResource(common, "expected one of tls_certificates, tls_certificate_sds_secret_configs");
        }
        if (required && parameters.validation().trust() == null) {
            throw new InvalidResource(
                    path.field("require_client_certificate"),
                    "true: expected a trusted_ca or a validation context secret to verify the certificate against");
        }
        return new DownstreamTls(parameters, required, handshakeTimeout);
    }

    /** @param autoSni the cluster's {@code upstream_http_protocol_options}; likewise {@code autoSanValidation} */
    static UpstreamTls upstream(
            Message message, boolean autoSni, boolean autoSanValidation, FieldPath path, Reading reading) {
        TlsParameters parameters =
                parameters(message.message("common_tls_context"), path.field("common_tls_context"), reading);
        boolean named = autoSanValidation || !parameters.validation().names().isEmpty();
        if (named && parameters.validation().trust() == null) {
            throw new InvalidResource(
                    path.field("common_tls_context"), "names to match but no trusted_ca to believe them by");
        }
        return new UpstreamTls(
                parameters, Scalars.text(message.text("sni"), path.field("sni")), autoSni, autoSanValidation);
    }

    private static TlsParameters parameters(Message message, FieldPath path, Reading reading) {
        var tls = message.message("tls_params");
        FieldPath params = path.field("tls_params");
        Version min = version(
                tls.choice("tls_minimum_protocol_version"),
                Version.TLS_1_2,
                params.field("tls_minimum_protocol_version"));
        Version max = version(
                tls.choice("tls_maximum_protocol_version"),
                Version.TLS_1_3,
                params.field("tls_maximum_protocol_version"));
        if (min.compareTo(max) > 0) {
            throw new InvalidResource(params, "minimum version " + min + " above maximum " + max);
        }
        return new TlsParameters(
                min,
                max,
                ciphers(tls.texts("cipher_suites"), params.field("cipher_suites")),
                groups(tls.texts("ecdh_curves"), params.field("ecdh_curves")),
                alpn(message.texts("alpn_protocols"), path.field("alpn_protocols")),
                certificate(message, path, reading),
                ValidationParser.validation(message, path, reading));
    }

    private static List<String> ciphers(List<String> entries, FieldPath path) {
        for (int i = 0; i < entries.size(); i++) {
            for (String suite : TlsParameters.suites(entries.get(i))) {
                oneOf(TlsParameters.CIPHERS, suite, path.at(i));
            }
        }
        return Scalars.shared(entries);
    }

    private static List<String> groups(List<String> entries, FieldPath path) {
        for (int i = 0; i < entries.size(); i++) {
            oneOf(TlsParameters.GROUPS, entries.get(i), path.at(i));
        }
        return Scalars.shared(entries);
    }

    private static void oneOf(List<String> known, String name, FieldPath path) {
        if (!known.contains(name)) {
            throw new InvalidResource(path, Quote.of(name) + ": expected one of " + String.join(", ", known));
        }
    }

    private static Version version(String version, Version otherwise, FieldPath path) {
        return switch (version) {
            case "TLS_AUTO" -> otherwise;
            case "TLSv1_2" -> Version.TLS_1_2;
            case "TLSv1_3" -> Version.TLS_1_3;
            default -> throw new InvalidResource(path, version + ": expected TLSv1_2 or TLSv1_3");
        };
    }

    private static List<String> alpn(List<String> protocols, FieldPath path) {
        for (int i = 0; i < protocols.size(); i++) {
            String protocol = protocols.get(i);
            if (protocol.isEmpty()
                    || protocol.length() > MAX_ALPN
                    || protocol.chars().anyMatch(c -> c > 127)) {
                throw new InvalidResource(
                        path.at(i), Quote.of(protocol) + ": expected 1 to " + MAX_ALPN + " ASCII characters");
            }
        }
        return Scalars.shared(protocols);
    }

    private static @Nullable CertificateSource certificate(Message message, FieldPath path, Reading reading) {
        FieldPath inline = path.field("tls_certificates");
        FieldPath sds = path.field("tls_certificate_sds_secret_configs");
        int count = message.count("tls_certificates") + message.count("tls_certificate_sds_secret_configs");
        if (count > 1) {
            throw new InvalidResource(
                    message.count("tls_certificates") > 0 ? inline : sds, count + " certificates: expected at most 1");
        }
        if (message.count("tls_certificates") == 1) {
            return new CertificateSource.Inline(
                    SecretParser.certificate(message.message("tls_certificates", 0), inline.at(0), reading));
        }
        return message.count("tls_certificate_sds_secret_configs") == 1
                ? new CertificateSource.Named(
                        secretName(message.message("tls_certificate_sds_secret_configs", 0), sds.at(0)))
                : null;
    }

    static String secretName(Message message, FieldPath path) {
        ConfigSourceParser.secrets(message.has("sds_config"), message.message("sds_config"), path.field("sds_config"));
        return Scalars.name(message.text("name"), path.field("name"));
    }
}
