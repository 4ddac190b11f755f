package io.weft.controlplane.issue;

import io.weft.controlplane.telemetry.Counter;
import io.weft.controlplane.telemetry.Metrics;
import java.security.cert.X509Certificate;

/** What the certificate service counts. */
final class IssueMetrics {
    private final Counter requests;
    private final Counter notAuthenticated;
    private final Counter malformed;
    private final Counter notSigned;
    private final Counter issued;
    private final Counter overloaded;

    IssueMetrics(Metrics metrics, LiveAuthority authority) {
        requests = metrics.counter("citadel_server_csr_count", "Requests for a certificate.");
        notAuthenticated = metrics.counter(
                "citadel_server_authentication_failure_count", "Requests whose sender did not prove who it is.");
        malformed = metrics.counter(
                "citadel_server_csr_parsing_err_count", "Requests that cannot be read or prove nothing.");
        notSigned =
                metrics.counter("citadel_server_csr_sign_err_count", "Requests that the authority refused to sign.");
        issued = metrics.counter("citadel_server_success_cert_issuance_count", "Certificates issued.");
        overloaded = metrics.counter(
                "weft_csr_overloaded_total", "Requests that were told to come back, for too many were waiting.");
        metrics.gauge(
                "citadel_server_root_cert_expiry_timestamp",
                "When the root ends, in seconds of the epoch.",
                () -> end(authority.current().root()));
        metrics.gauge(
                "citadel_server_cert_chain_expiry_timestamp",
                "When the signing certificate ends, in seconds of the epoch.",
                () -> end(authority.current().issuer()));
    }

    void requested() {
        requests.count();
    }

    void notAuthenticated() {
        notAuthenticated.count();
    }

    void malformed() {
        malformed.count();
    }

    void notSigned() {
        notSigned.count();
    }

    void overloaded() {
        overloaded.count();
    }

    void issued() {
        issued.count();
    }

    private static double end(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant().getEpochSecond();
    }
}
