package io.weft.proxy.sidecar;

import io.weft.certs.identity.SpiffeId;
import io.weft.proxy.config.Address;
import io.weft.proxy.identity.CertificateFiles;
import io.weft.proxy.identity.IssuedOptions;
import io.weft.proxy.identity.IssuedOptions.Proof;
import io.weft.proxy.sidecar.SidecarOptions.IdentityFrom;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the workload's certificate comes from: mounted files if {@code FILE_MOUNTED_CERTS}; else a certificate service,
 * to which the first proof is a provisioned certificate ({@code PROV_CERT}), a join token, or the platform's token.
 */
final class IdentityChoice {

    private static final String MOUNTED = "/etc/certs";
    private static final String PLATFORM_ROOTS = "/var/run/secrets/istio/root-cert.pem";
    private static final Duration DEFAULT_LIFETIME = Duration.ofHours(24);

    private IdentityChoice() {}

    static IdentityFrom of(
            Variables variables, SidecarFlags flags, SpiffeId id, Address.Socket discovery, String serverName) {
        boolean mounted = variables.flag("FILE_MOUNTED_CERTS", false);
        String provisioned = variables.text("PROV_CERT");
        if (mounted && provisioned != null) {
            variables.problem("PROV_CERT and FILE_MOUNTED_CERTS: expected at most one of them");
        }
        if (mounted) {
            CertificateFiles files = CertificateFiles.in(Path.of(MOUNTED));
            return new IdentityFrom.Mounted(new CertificateFiles(
                    path(variables, "ISTIO_META_TLS_CLIENT_CERT_CHAIN", files.chain()),
                    path(variables, "ISTIO_META_TLS_CLIENT_KEY", files.key()),
                    path(variables, "ISTIO_META_TLS_CLIENT_ROOT_CERT", files.roots())));
        }
        String provider = variables.text("CA_PROVIDER", "Citadel");
        if (!provider.equals("Citadel")) {
            variables.problem("CA_PROVIDER: \"" + provider + "\": expected Citadel, the Istio certificate service");
        }
        double remaining = variables.parsed(
                "SECRET_GRACE_PERIOD_RATIO", 1 - IssuedOptions.DEFAULT_RENEWAL_POINT, Variables::share);
        double jitter =
                variables.parsed("SECRET_GRACE_PERIOD_RATIO_JITTER", IssuedOptions.DEFAULT_JITTER, Variables::share);
        if (!(remaining > jitter && remaining + jitter < 1)) {
            variables.problem("SECRET_GRACE_PERIOD_RATIO " + remaining + " and SECRET_GRACE_PERIOD_RATIO_JITTER "
                    + jitter + ": expected a share of the life that stays between 0 and 1 with the jitter");
            remaining = 1 - IssuedOptions.DEFAULT_RENEWAL_POINT;
            jitter = IssuedOptions.DEFAULT_JITTER;
        }
        String kept = flags.outputCerts() == null ? variables.text("OUTPUT_CERTS") : flags.outputCerts();
        return new IdentityFrom.Issued(new IssuedOptions(
                variables.parsed("CA_ADDR", discovery, Variables::address),
                id,
                proof(variables, flags, provisioned, serverName),
                variables.parsed("SECRET_TTL", DEFAULT_LIFETIME, Durations::parse),
                1 - remaining,
                jitter,
                kept == null ? null : Path.of(kept)));
    }

    private static Proof proof(
            Variables variables, SidecarFlags flags, @Nullable String provisioned, String serverName) {
        if (provisioned != null) {
            return new Proof.Provisioned(CertificateFiles.in(Path.of(provisioned)));
        }
        String token = variables.text("WEFT_JOIN_TOKEN");
        String file = flags.joinTokenFile() == null ? variables.text("WEFT_JOIN_TOKEN_FILE") : flags.joinTokenFile();
        if (token != null && file != null) {
            variables.problem("WEFT_JOIN_TOKEN and a join token file: expected at most one of them");
        }
        if (file != null) {
            return new Proof.JoinTokenFile(Path.of(file));
        }
        if (token != null) {
            return new Proof.JoinToken(token);
        }
        String policy = variables.text("JWT_POLICY", "third-party-jwt");
        String platform = switch (policy) {
            case "third-party-jwt" -> "/var/run/secrets/tokens/istio-token";
            case "first-party-jwt" -> "/var/run/secrets/kubernetes.io/serviceaccount/token";
            default -> {
                variables.problem(
                        "JWT_POLICY: \"" + policy + "\": expected third-party-jwt or first-party-jwt, or a join token");
                yield "";
            }
        };
        return new Proof.PlatformToken(
                Path.of(platform), path(variables, "CA_ROOT_CA", Path.of(PLATFORM_ROOTS)), serverName);
    }

    private static Path path(Variables variables, String name, Path otherwise) {
        return variables.text(name) == null ? otherwise : Path.of(Objects.requireNonNull(variables.text(name)));
    }
}
