package io.weft.proxy.identity;

import static org.assertj.core.api.Assertions.fail;

import io.weft.certs.authority.Authority;
import io.weft.certs.authority.Issuance;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.x509.CertificateRequest;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A certificate service in memory, with a real authority behind it. */
final class FakeIssuer implements Issuer {

    record Asked(String csr, Credentials credentials) {
        PublicKey key() {
            return CertificateRequest.parsePem(csr) instanceof CertificateRequest.Reading.Proved(var request)
                    ? request.key()
                    : fail("not a request: " + csr);
        }
    }

    final List<Asked> asked = new ArrayList<>();
    Authority authority;
    SpiffeId caller;
    Runnable before = () -> {};
    Duration lifetime = Duration.ofHours(1);

    @Nullable
    String down;

    FakeIssuer(Authority authority, SpiffeId caller) {
        this.authority = authority;
        this.caller = caller;
    }

    @Override
    public CompletionStage<Grant> request(String csr, Duration wanted, Credentials credentials) {
        asked.add(new Asked(csr, credentials));
        before.run();
        if (down != null) {
            return CompletableFuture.failedFuture(new IllegalStateException(down));
        }
        return switch (authority.issue(csr, caller, lifetime)) {
            case Issuance.Issued issued ->
                CompletableFuture.completedFuture(new Grant(
                        issued.chain().stream()
                                .filter(certificate -> !authority.bundle().contains(certificate))
                                .toList(),
                        authority.bundle()));
            case Issuance.Refused refused ->
                CompletableFuture.failedFuture(new IllegalStateException(refused.toString()));
        };
    }

    @Override
    public void close() {}
}
