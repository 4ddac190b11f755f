package io.weft.certs;

import io.weft.certs.asn1.Pem;
import io.weft.certs.store.AtomicFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft certs inspect}. */
@Command(
        name = "inspect",
        description = {
            "Shows the certificates of a PEM file and what SPIFFE's rules find wrong with them.",
            "A private key in the file is compared with the first certificate, and never shown.",
            "The exit status is 1 when there are problems."
        },
        footer = {"", "Example:", "  weft certs inspect --bundle roots.pem cert-chain.pem"})
final class InspectCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "Certificates in PEM, leaf first.")
    private Path file = Path.of("");

    @Option(
            names = "--bundle",
            paramLabel = "FILE",
            description = "Roots in PEM: verifies the chain against them too, as a peer would.")
    private Optional<Path> bundle = Optional.empty();

    InspectCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        String text = AtomicFile.read(file);
        List<X509Certificate> chain;
        Optional<PrivateKey> key;
        try {
            chain = Pem.certificates(text);
            key = text.contains("PRIVATE KEY-----") ? Optional.of(Pem.privateKey(text)) : Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        for (int i = 0; i < chain.size(); i++) {
            out.println("certificate " + i + (ChainReport.isAuthority(chain.get(i)) ? ": authority" : ": leaf"));
            ChainReport.lines(chain.get(i), clock.instant()).forEach(line -> out.println("  " + line));
        }
        List<String> problems = new ArrayList<>(ChainReport.problems(chain, key, clock.instant()));
        if (bundle.isPresent()) {
            List<X509Certificate> roots = Pem.certificates(AtomicFile.read(bundle.get()));
            problems.addAll(ChainReport.verificationProblems(chain, roots, clock.instant()));
        }
        out.println(problems.isEmpty() ? "problems: none" : "problems:");
        problems.forEach(problem -> out.println("  " + problem));
        return problems.isEmpty() ? 0 : 1;
    }
}
