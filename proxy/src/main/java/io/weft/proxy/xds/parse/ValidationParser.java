package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Secret;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.TlsParameters.Validation;
import io.weft.proxy.wire.Message;
import java.util.ArrayList;
import java.util.List;

/** How the peer of a TLS connection is judged. */
final class ValidationParser {

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of(TlsParser.PACKAGE + "CertificateValidationContext")
                    .decidesPolicy()
                    .honours("trusted_ca", "match_typed_subject_alt_names", "match_subject_alt_names")
                    .only("trust_chain_verification", "the chain is always verified", "VERIFY_TRUST_CHAIN"),
            MessageFields.of(TlsParser.PACKAGE + "SubjectAltNameMatcher")
                    .decidesPolicy()
                    .honours("san_type", "matcher"));

    private ValidationParser() {}

    static Validation validation(Message message, FieldPath path, Reading reading) {
        return switch (message.which("validation_context_type")) {
            case "validation_context" ->
                context(message.message("validation_context"), path.field("validation_context"), reading);
            case "validation_context_sds_secret_config" ->
                new Validation(
                        new TrustSource.Named(TlsParser.secretName(
                                message.message("validation_context_sds_secret_config"),
                                path.field("validation_context_sds_secret_config"))),
                        List.of());
            case "combined_validation_context" -> {
                var combined = message.message("combined_validation_context");
                FieldPath at = path.field("combined_validation_context");
                Validation inline = context(
                        combined.message("default_validation_context"),
                        at.field("default_validation_context"),
                        reading);
                if (inline.trust() != null) {
                    throw new InvalidResource(
                            at.field("default_validation_context").field("trusted_ca"),
                            "expected the roots from the secret only");
                }
                yield new Validation(
                        new TrustSource.Named(TlsParser.secretName(
                                combined.message("validation_context_sds_secret_config"),
                                at.field("validation_context_sds_secret_config"))),
                        inline.names());
            }
            case "" -> Validation.NONE;
            default -> throw new InvalidResource(path, message.which("validation_context_type") + ": not supported");
        };
    }

    @SuppressWarnings("deprecation") // match_subject_alt_names is still in many files
    private static Validation context(Message message, FieldPath path, Reading reading) {
        List<NameMatch> names = new ArrayList<>();
        for (int i = 0; i < message.count("match_typed_subject_alt_names"); i++) {
            names.add(name(
                    message.message("match_typed_subject_alt_names", i),
                    path.field("match_typed_subject_alt_names").at(i)));
        }
        for (int i = 0; i < message.count("match_subject_alt_names"); i++) {
            StringMatch match = MatcherParser.string(
                    message.message("match_subject_alt_names", i),
                    path.field("match_subject_alt_names").at(i));
            for (NameType type : NameType.values()) {
                names.add(new NameMatch(type, match));
            }
        }
        TrustSource trust = message.has("trusted_ca") ? new TrustSource.Inline(trust(message, path, reading)) : null;
        return new Validation(trust, names);
    }

    /** The roots of a context that holds nothing else. */
    static Secret.Trust trust(Message message, FieldPath path, Reading reading) {
        FieldPath at = path.field("trusted_ca");
        return new Secret.Trust(
                SecretParser.pem(message.message("trusted_ca"), "-----BEGIN CERTIFICATE-----", at, reading));
    }

    private static NameMatch name(Message message, FieldPath path) {
        FieldPath type = path.field("san_type");
        NameType named = switch (message.choice("san_type")) {
            case "URI" -> NameType.URI;
            case "DNS" -> NameType.DNS;
            case "IP_ADDRESS" -> NameType.IP_ADDRESS;
            case "EMAIL" -> NameType.EMAIL;
            default ->
                throw new InvalidResource(
                        type, message.choice("san_type") + ": expected URI, DNS, IP_ADDRESS or EMAIL");
        };
        if (!message.has("matcher")) {
            throw new InvalidResource(path.field("matcher"), "missing");
        }
        return new NameMatch(named, MatcherParser.string(message.message("matcher"), path.field("matcher")));
    }
}
