package io.weft.certs;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.Fingerprint;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weft certs bundle}. */
@Command(
        name = "bundle",
        description = {
            "Shows the roots that the mesh trusts: PEM on standard output, a summary on standard error.",
            "Roots to be trusted beside the authority's own stand in trusted-roots.pem."
        },
        footer = {"", "Example:", "  weft certs bundle --dir /etc/weft/ca > roots.pem"})
final class BundleCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private FolderOptions options = new FolderOptions();

    BundleCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        Authority authority = options.open(clock);
        PrintWriter err = spec.commandLine().getErr();
        err.println("trust bundle of " + authority.trustDomain() + ": "
                + authority.bundle().roots().size() + " root(s)");
        for (X509Certificate root : authority.bundle().roots()) {
            err.println("  " + Fingerprint.of(root) + "  until "
                    + root.getNotAfter().toInstant()
                    + (root.equals(authority.root()) ? "  (signs)" : "")
                    + (clock.instant().isAfter(root.getNotAfter().toInstant()) ? "  EXPIRED" : ""));
        }
        spec.commandLine().getOut().print(authority.bundle().toPem());
        spec.commandLine().getOut().flush();
        return 0;
    }
}
