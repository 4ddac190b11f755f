package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.weft.proxy.config.Secret;
import java.util.List;

/** Key material. No error shows any of it. */
final class SecretParser {

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(
                            TlsParser.PACKAGE + "Secret",
                            io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret::getDefaultInstance)
                    .decidesPolicy()
                    .honours("name", "tls_certificate", "validation_context"),
            MessageFields.of(TlsParser.PACKAGE + "TlsCertificate")
                    .decidesPolicy()
                    .honours("certificate_chain", "private_key"));

    private SecretParser() {}

    @SuppressWarnings("deprecation")
    static Parsers.NamedSecret secret(
            io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret message, FieldPath path, Reading reading) {
        String name = Scalars.name(message.getName(), path.field("name"));
        return switch (message.getTypeCase()) {
            case TLS_CERTIFICATE ->
                new Parsers.NamedSecret(
                        name, certificate(message.getTlsCertificate(), path.field("tls_certificate"), reading));
            case VALIDATION_CONTEXT -> {
                var context = message.getValidationContext();
                FieldPath at = path.field("validation_context");
                if (context.getMatchTypedSubjectAltNamesCount() + context.getMatchSubjectAltNamesCount() > 0) {
                    throw new InvalidResource(
                            at, "names to match: expected them in the TLS context's default_validation_context");
                }
                yield new Parsers.NamedSecret(name, ValidationParser.trust(context, at, reading));
            }
            default -> throw new InvalidResource(path, "expected tls_certificate or validation_context");
        };
    }

    static Secret.Certificate certificate(TlsCertificate message, FieldPath path, Reading reading) {
        return new Secret.Certificate(
                pem(
                        message.getCertificateChain(),
                        "-----BEGIN CERTIFICATE-----",
                        path.field("certificate_chain"),
                        reading),
                pem(message.getPrivateKey(), "PRIVATE KEY-----", path.field("private_key"), reading));
    }

    /** Text that at least claims to be what is expected; the TLS library reads the rest. */
    static String pem(DataSource source, String marker, FieldPath path, Reading reading) {
        String text = DataSourceParser.text(source, path, reading);
        if (!text.contains(marker)) {
            throw new InvalidResource(path, text.length() + " characters: expected PEM with \"" + marker + "\"");
        }
        return text;
    }
}
