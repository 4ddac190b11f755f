package io.weft.certs;

import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Authority;
import io.weft.certs.authority.ServerNames;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.store.AtomicFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code weft certs issue}. */
@Command(
        name = "issue",
        description = {
            "Makes a key and a certificate for a program that cannot ask for them itself.",
            "Writes key.pem (mode 0600), cert-chain.pem and root-cert.pem, the names that Istio's agent uses."
        },
        footer = {
            "",
            "Example:",
            "  weft certs issue --dir /etc/weft/ca --id spiffe://cluster.local/ns/shop/sa/legacy \\",
            "      --dns legacy.shop.example --out /etc/legacy/tls"
        })
final class IssueCommand implements Callable<Integer> {
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
            description = "Whom the certificate names.")
    private SpiffeId id = TrustDomain.DEFAULT.id();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the three files go.")
    private Path out = Path.of("");

    @Option(
            names = "--dns",
            paramLabel = "NAME",
            description = "A DNS name beside the id, for clients that know no SPIFFE; may be repeated.")
    private Set<String> dnsNames = new LinkedHashSet<>();

    @Option(
            names = "--ip",
            paramLabel = "ADDRESS",
            converter = Values.ToAddress.class,
            description = "An address beside the id, for clients that dial it without a name; may be repeated.")
    private Set<InetAddress> addresses = new LinkedHashSet<>();

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            converter = Values.ToDuration.class,
            description = "How long it lives, cut to 90d and to the authority's own end (default: 24h).")
    private Duration ttl = Duration.ZERO;

    @Option(
            names = "--key",
            paramLabel = "KIND",
            description = "The kind of key: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private KeyAlgorithm algorithm = KeyAlgorithm.EC_P256;

    IssueCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        Authority authority = options.open(clock);
        X509Svid svid = authority.issueOwn(algorithm, id, ttl, new ServerNames(dnsNames, addresses));
        AtomicFile.privateFolder(out);
        // The chain is last: whoever watches it finds its key and its roots in place.
        AtomicFile.write(out.resolve("key.pem"), svid.keyPem(), AtomicFile.SECRET);
        AtomicFile.write(out.resolve("root-cert.pem"), authority.bundle().toPem(), AtomicFile.PUBLIC);
        AtomicFile.write(out.resolve("cert-chain.pem"), Pem.encode(svid.chainWithoutRoot()), AtomicFile.PUBLIC);
        spec.commandLine().getOut().println("issued " + svid.id() + " until " + svid.notAfter() + " in " + out);
        return 0;
    }
}
