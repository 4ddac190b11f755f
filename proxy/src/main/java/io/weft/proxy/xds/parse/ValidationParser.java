package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.TlsParameters.Validation;
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

    static Validation validation(CommonTlsContext message, FieldPath path, Reading reading) {
        return switch (message.getValidationContextTypeCase()) {
            case VALIDATION_CONTEXT ->
                context(message.getValidationContext(), path.field("validation_context"), reading);
            case VALIDATION_CONTEXT_SDS_SECRET_CONFIG ->
                new Validation(
                        new TrustSource.Named(TlsParser.secretName(
                                message.getValidationContextSdsSecretConfig(),
                                path.field("validation_context_sds_secret_config"))),
                        List.of());
            case COMBINED_VALIDATION_CONTEXT -> {
                var combined = message.getCombinedValidationContext();
                FieldPath at = path.field("combined_validation_context");
                Validation inline = context(
                        combined.getDefaultValidationContext(), at.field("default_validation_context"), reading);
                if (inline.trust() != null) {
                    throw new InvalidResource(
                            at.field("default_validation_context").field("trusted_ca"),
                            "expected the roots from the secret only");
                }
                yield new Validation(
                        new TrustSource.Named(TlsParser.secretName(
                                combined.getValidationContextSdsSecretConfig(),
                                at.field("validation_context_sds_secret_config"))),
                        inline.names());
            }
            case VALIDATIONCONTEXTTYPE_NOT_SET -> Validation.NONE;
            default -> throw new InvalidResource(path, message.getValidationContextTypeCase() + ": not supported");
        };
    }

    @SuppressWarnings("deprecation") // match_subject_alt_names is still in many files
    private static Validation context(CertificateValidationContext message, FieldPath path, Reading reading) {
        List<NameMatch> names = new ArrayList<>();
        for (int i = 0; i < message.getMatchTypedSubjectAltNamesCount(); i++) {
            names.add(name(
                    message.getMatchTypedSubjectAltNames(i),
                    path.field("match_typed_subject_alt_names").at(i)));
        }
        for (int i = 0; i < message.getMatchSubjectAltNamesCount(); i++) {
            StringMatch match = MatcherParser.string(
                    message.getMatchSubjectAltNames(i),
                    path.field("match_subject_alt_names").at(i));
            for (NameType type : NameType.values()) {
                names.add(new NameMatch(type, match));
            }
        }
        TrustSource trust = message.hasTrustedCa() ? new TrustSource.Inline(trust(message, path, reading)) : null;
        return new Validation(trust, names);
    }

    /** The roots of a context that holds nothing else. */
    static Secret.Trust trust(CertificateValidationContext message, FieldPath path, Reading reading) {
        FieldPath at = path.field("trusted_ca");
        return new Secret.Trust(SecretParser.pem(message.getTrustedCa(), "-----BEGIN CERTIFICATE-----", at, reading));
    }

    private static NameMatch name(SubjectAltNameMatcher message, FieldPath path) {
        FieldPath type = path.field("san_type");
        NameType named = switch (message.getSanType()) {
            case URI -> NameType.URI;
            case DNS -> NameType.DNS;
            case IP_ADDRESS -> NameType.IP_ADDRESS;
            case EMAIL -> NameType.EMAIL;
            case OTHER_NAME, SAN_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                throw new InvalidResource(
                        type, message.getSanType().name() + ": expected URI, DNS, IP_ADDRESS or EMAIL");
        };
        if (!message.hasMatcher()) {
            throw new InvalidResource(path.field("matcher"), "missing");
        }
        return new NameMatch(named, MatcherParser.string(message.getMatcher(), path.field("matcher")));
    }
}
