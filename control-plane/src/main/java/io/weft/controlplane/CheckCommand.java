package io.weft.controlplane;

import io.weft.certs.identity.TrustDomain;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.model.Problem;
import io.weft.controlplane.source.FolderCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weft control-plane check}. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Reads a folder as a control plane would and prints what it refuses, one line each:",
            "file:line: kind namespace/name: reason.",
            "Exit status: 0 nothing, 1 something, 2 wrong arguments."
        })
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "DIR", description = "The folder.")
    private Path folder = Path.of(".");

    @Option(
            names = "--trust-domain",
            paramLabel = "NAME",
            defaultValue = "cluster.local",
            description = "The trust domain of the mesh; default ${DEFAULT-VALUE}.")
    private String trustDomain = "cluster.local";

    @Override
    public Integer call() throws IOException {
        MeshSettings standard = MeshSettings.DEFAULT;
        var settings = new MeshSettings(
                new TrustDomain(trustDomain).name(), standard.clusterDomain(), standard.rootNamespaces(), false);
        MeshLoad load = FolderCheck.load(folder, settings);
        PrintWriter out = spec.commandLine().getOut();
        for (Problem problem : load.problems()) {
            out.println(problem);
        }
        out.flush();
        return load.problems().isEmpty() ? 0 : 1;
    }
}
