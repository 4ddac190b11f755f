package io.weft.examples.demo;

import io.weft.examples.lab.Lab;
import io.weft.examples.lab.LabException;
import io.weft.examples.lab.Leftovers;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The program {@code weft demo}. Exit status: 0 all facts hold and all is removed, 1 not so, 2 wrong arguments. */
@Command(
        name = "weft demo",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a small shop of unmodified programs through the mesh, in network namespaces of this machine, and prints one",
            "line per fact: what should be so, and what was seen. Then it removes all that it made. Needs root."
        })
public final class DemoMain implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--keep", description = "Leave the mesh up, and print the commands to poke at it.")
    private boolean keep;

    @Option(names = "--clean", description = "Only remove what earlier runs left: kept ones, and killed ones.")
    private boolean clean;

    @Option(
            names = "--hosts",
            paramLabel = "N",
            defaultValue = "2",
            description = "1, or 2 for pods on two hosts that are joined over VXLAN; default ${DEFAULT-VALUE}.")
    private int hosts = 2;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the facts there too.")
    private @Nullable Path json;

    @Option(names = "--logs", paramLabel = "DIR", description = "Keep a copy of all logs there.")
    private @Nullable Path logs;

    private DemoMain() {}

    public static void main(String[] args) {
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(new CommandLine(new DemoMain())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((e, command, _) -> {
                    command.getErr().println("weft demo: " + e.getMessage());
                    return 1;
                })
                .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (hosts != 1 && hosts != 2) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--hosts " + hosts + "; expected 1 or 2");
        }
        if (clean) {
            return clean(out);
        }
        var report = new Report(out);
        report.progress(
                "making " + (hosts == 1 ? "a host" : "two hosts, joined over VXLAN,") + " of network namespaces");
        Lab lab = Lab.open(hosts);
        boolean kept = false;
        try {
            Shop shop = Shop.open(lab, hosts, report::progress);
            new Facts(report).look(shop);
            if (keep) {
                lab.keep();
                kept = true;
                Keeping.howToPoke(shop).forEach(report::note);
            }
        } catch (LabException e) {
            report.fact("running", new Finding(false, String.valueOf(e.getMessage())));
        } finally {
            if (logs != null) {
                lab.saveLogs(logs);
            }
            if (!kept) {
                report.progress("removing all that was made");
                remove(lab, report);
            }
        }
        if (json != null) {
            Files.writeString(json, report.json());
        }
        return verdict(report);
    }

    private static void remove(Lab lab, Report report) {
        String problem = "";
        try {
            lab.close();
        } catch (LabException e) {
            problem = "; " + e.getMessage();
        }
        List<String> left = Leftovers.of(lab.name());
        report.fact(
                "removed",
                Finding.of(
                        left.isEmpty() && problem.isEmpty(),
                        "of %s there are left: %d namespaces, files and processes%s%s",
                        lab.name(),
                        left.size(),
                        left.isEmpty() ? "" : " " + left,
                        problem));
    }

    private static int verdict(Report report) {
        List<String> failed = report.failed();
        long seconds = report.elapsed().toSeconds();
        report.note(
                failed.isEmpty()
                        ? "all " + report.count() + " facts hold, in " + seconds + " s"
                        : failed.size() + " of " + report.count() + " facts do not hold: " + String.join(", ", failed));
        return failed.isEmpty() ? 0 : 1;
    }

    private static int clean(PrintWriter out) {
        List<String> labs = Leftovers.find();
        int left = 0;
        for (String lab : labs) {
            Leftovers.remove(lab);
            int remains = Leftovers.of(lab).size();
            out.println(remains == 0 ? "removed " + lab : "could not remove all of " + lab);
            left += remains;
        }
        if (labs.isEmpty()) {
            out.println("nothing was left by earlier runs");
        }
        return left == 0 ? 0 : 1;
    }
}
