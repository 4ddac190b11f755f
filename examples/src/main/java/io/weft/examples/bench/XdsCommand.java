package io.weft.examples.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weft bench xds}. Exit status: 0 all was measured and every proxy had the right content, 1 not so, 2 wrong arguments. */
@Command(
        name = "xds",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the control plane with simulated proxies, each with a connection and a delta ADS stream of its own: how",
            "long until all have everything, until the last has an endpoint's change, and until all are back after a",
            "restart; with the control plane's CPU and memory."
        })
final class XdsCommand implements Callable<Integer> {
    private static final int SMALL = 10;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--proxies",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Simulated proxies; default ${DEFAULT-VALUE}.")
    private int proxies = 1_000;

    @Option(
            names = "--services",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Services, all of which every proxy sees; default ${DEFAULT-VALUE}.")
    private int services = 1_000;

    @Option(
            names = "--endpoints",
            paramLabel = "N",
            defaultValue = "10",
            description = "Pods of each service; default ${DEFAULT-VALUE}.")
    private int endpoints = SMALL;

    @Option(
            names = "--changes",
            paramLabel = "N",
            defaultValue = "100",
            description = "Changes of an endpoint, one after the other; default ${DEFAULT-VALUE}.")
    private int changes = 100;

    @Mixin
    private ReportFiles files = new ReportFiles();

    @Option(names = "--smoke", description = "Only see in a few seconds whether it works: 10 proxies, 10 services.")
    private boolean smoke;

    @Override
    public Integer call() throws IOException {
        if (smoke) {
            proxies = SMALL;
            services = SMALL;
            changes = SMALL;
        }
        // The last pod of each service is the one that moves, so it has no proxy.
        if (services < 1 || endpoints < 2 || changes < 1 || proxies < 1 || proxies > services * (endpoints - 1)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--proxies " + proxies + " --services " + services + " --endpoints " + endpoints + " --changes "
                            + changes
                            + "; expected at least 1, 1, 2 and 1, and fewer proxies than endpoints in all but one"
                            + " of each service");
        }
        PrintWriter err = spec.commandLine().getErr();
        err.println(Report.machine());
        var report = new XdsReport(proxies, services, endpoints);
        try (Workspace workspace = Workspace.create();
                var running = new Processes(workspace::discard)) {
            Path folder = Files.createDirectories(workspace.folder().resolve("mesh"));
            GeneratedMesh mesh = GeneratedMesh.write(folder, services, endpoints);
            new XdsBench(workspace.folder(), running, err).run(mesh, proxies, changes, report);
        }
        spec.commandLine().getOut().println(report.text());
        spec.commandLine().getOut().flush();
        files.write(report.json(), report.markdown());
        return 0;
    }
}
