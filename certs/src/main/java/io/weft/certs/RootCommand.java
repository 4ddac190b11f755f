package io.weft.certs;

import io.weft.certs.authority.Authority;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weft certs root}. */
@Command(
        name = "root",
        description = {
            "Makes the root of a trust domain (EC P-256, ten years) and keeps it in a folder.",
            "Where there is one already, it is shown and left as it is."
        },
        footer = {"", "Example:", "  weft certs root --dir /etc/weft/ca --trust-domain cluster.local"})
final class RootCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private FolderOptions options = new FolderOptions();

    RootCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        boolean there = options.folder().holdsAuthority();
        Authority authority = options.openOrCreate(clock);
        PrintWriter out = spec.commandLine().getOut();
        out.println((there ? "found the authority of " : "made a root for ") + authority.trustDomain() + " in "
                + options.dir());
        out.println("sha256       " + authority.rootFingerprint());
        out.println("valid until  " + authority.root().getNotAfter().toInstant());
        return 0;
    }
}
