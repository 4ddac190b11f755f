package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Secret;
import io.weft.proxy.wire.Message;
import java.util.List;

/** Key material. No error shows any of it. */
final class SecretParser {

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.typed(TlsParser.PACKAGE + "Secret")
                    .decidesPolicy()
                    .honours("name", "tls_certificate", "validation_context"),
            MessageFields.of(TlsParser.PACKAGE + "TlsCertificate")
                    .decidesPolicy()
                    .honours("certificate_chain", "private_key"));

    private SecretParser() {}

    @SuppressWarnings("deprecation")
    static Parsers.NamedSecret secret(Message message, FieldPath path, Reading reading) {
        String name = Scalars.name(message.text("name"), path.field("name"));
        return switch (message.which("type")) {
            case "tls_certificate" ->
                new Parsers.NamedSecret(
                        name, certificate(message.message("tls_certificate"), path.field("tls_certificate"), reading));
            case "validation_context" -> {
                var context = message.message("validation_context");
                FieldPath at = path.field("validation_context");
                if (context.count("match_typed_subject_alt_names") + context.count("match_subject_alt_names") > 0) {
                    throw new InvalidResource(
                            at, "names to match: expected them in the TLS context's default_validation_context");
                }
                yield new Parsers.NamedSecret(name, ValidationParser.trust(context, at, reading));
            }
            default -> throw new InvalidResource(path, "expected tls_certificate or validation_context");
        };
    }

    static Secret.Certificate certificate(Message message, FieldPath path, Reading reading) {
        return new Secret.Certificate(
                pem(
                        message.message("certificate_chain"),
                        "-----BEGIN CERTIFICATE-----",
                        path.field("certificate_chain"),
                        reading),
                pem(message.message("private_key"), "PRIVATE KEY-----", path.field("private_key"), reading));
    }

    /** Text that at least claims to be what is expected; the TLS library reads the rest. */
    static String pem(Message source, String marker, FieldPath path, Reading reading) {
        String text = DataSourceParser.text(source, path, reading);
        if (!text.contains(marker)) {
            throw new InvalidResource(path, text.length() + " characters: expected PEM with \"" + marker + "\"");
        }
        return text;
    }
}
