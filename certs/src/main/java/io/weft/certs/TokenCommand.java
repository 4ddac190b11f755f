package io.weft.certs;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.join.JoinToken;
import io.weft.certs.join.JoinTokens;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft certs token}. */
@Command(
        name = "token",
        description = {
            "Makes a join token: a secret that gets one workload its first certificate, once.",
            "The token goes to standard output, and nothing else does."
        },
        footer = {
            "",
            "Example:",
            "  weft certs token --dir /etc/weft/ca --id spiffe://cluster.local/ns/shop/sa/cart --ttl 10m"
        })
final class TokenCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private FolderOptions options = new FolderOptions();

    @Option(
            names = "--id",
            required = true,
            paramLabel = "SPIFFE-ID",
            converter = Values.ToSpiffeId.class,
            description = "Who the bearer will be.")
    private SpiffeId id = TrustDomain.DEFAULT.id();

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            converter = Values.ToDuration.class,
            description = "How long the token lives, at most 24h (default: 10m).")
    private Duration ttl = JoinTokens.DEFAULT_LIFETIME;

    TokenCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        Authority authority = options.open(clock);
        if (!id.trustDomain().equals(authority.trustDomain())) {
            throw new IllegalArgumentException("id '" + id + "' given to --id; expected one in the trust domain "
                    + authority.trustDomain() + " of " + options.dir());
        }
        var tokens = new JoinTokens(options.folder().tokens(), clock);
        JoinToken token = tokens.create(id, ttl, authority.rootFingerprint());
        spec.commandLine()
                .getErr()
                .println("join token for " + id + ", good once until "
                        + clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(ttl) + ", pinning root " + token.root());
        spec.commandLine().getOut().println(token.text());
        return 0;
    }
}
