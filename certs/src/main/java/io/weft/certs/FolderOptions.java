package io.weft.certs;

import io.weft.certs.authority.Authority;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which authority a command works with. */
final class FolderOptions {
    @Option(
            names = "--dir",
            required = true,
            paramLabel = "DIR",
            description = {
                "The authority's folder: root.crt and root.key, or, plugged in,",
                "ca-cert.pem, ca-key.pem, cert-chain.pem and root-cert.pem."
            })
    private Path dir = Path.of("");

    @Option(
            names = "--trust-domain",
            paramLabel = "NAME",
            converter = Values.ToTrustDomain.class,
            description = "The trust domain (default: the one that the root names, or cluster.local).")
    private Optional<TrustDomain> trustDomain = Optional.empty();

    AuthorityFolder folder() {
        return new AuthorityFolder(dir);
    }

    Path dir() {
        return dir;
    }

    Authority open(InstantSource clock) throws IOException {
        return Authority.open(dir, trustDomain(), clock);
    }

    Authority openOrCreate(InstantSource clock) throws IOException {
        return Authority.openOrCreate(dir, trustDomain(), clock);
    }

    private TrustDomain trustDomain() throws IOException {
        if (trustDomain.isPresent()) {
            return trustDomain.get();
        }
        return folder().holdsAuthority()
                ? folder().namedTrustDomain().orElse(TrustDomain.DEFAULT)
                : TrustDomain.DEFAULT;
    }
}
