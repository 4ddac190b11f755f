package io.weft.examples.bench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures a control plane with simulated proxies: all connect, endpoints change, the control plane is restarted. After each of these
 * every proxy must have exactly what the mesh says. Used by one thread.
 */
final class XdsBench {
    private static final Duration CONNECT_LIMIT = Duration.ofMinutes(5);
    private static final Duration CHANGE_LIMIT = Duration.ofSeconds(30);

    private final Path folder;
    private final Processes processes;
    private final PrintWriter progress;
    /** The pauses differ, so that changes do not keep step with anything that happens at intervals. */
    private final Random pauses = new Random(1);

    XdsBench(Path folder, Processes processes, PrintWriter progress) {
        this.folder = folder;
        this.processes = processes;
        this.progress = progress;
    }

    void run(GeneratedMesh mesh, int proxies, int changes, XdsReport report) {
        try (var fleet = new Fleet(mesh, proxies)) {
            ControlPlaneProgram first = start(mesh, "first");
            report.add(XdsFigure.START, first.startMs());
            connect(first, fleet, mesh, report);
            change(first, fleet, mesh, changes, report);
            fleet.expectLoss();
            first.stop();
            // One that happened meanwhile tells those that have everything again from those that only kept what they
            // had.
            GeneratedMesh.Change missed = mesh.moveOne();
            ControlPlaneProgram second = start(mesh, "second");
            report.add(XdsFigure.RESTART, second.startMs());
            comeBack(second, fleet, mesh, missed, report);
            fleet.expectLoss();
            second.stop();
        }
    }

    private ControlPlaneProgram start(GeneratedMesh mesh, String name) {
        progress.println("  the " + name + " control plane starts");
        return ControlPlaneProgram.start(
                processes, mesh.folder(), folder.resolve("data"), folder.resolve(name + "-control-plane.log"));
    }

    private void connect(ControlPlaneProgram controlPlane, Fleet fleet, GeneratedMesh mesh, XdsReport report) {
        progress.println("  all proxies connect");
        double before = controlPlane.cpuSeconds();
        Fleet.Reached reached = fleet.connectAll(controlPlane.port(), null, CONNECT_LIMIT);
        report.add(XdsFigure.CONNECT_LAST, reached.lastMs());
        report.add(XdsFigure.CONNECT_CPU, controlPlane.cpuSeconds() - before);
        report.add(XdsFigure.CONNECT_PEAK, controlPlane.highestResidentMb());
        fleet.check(mesh.told());
    }

    private void change(
            ControlPlaneProgram controlPlane, Fleet fleet, GeneratedMesh mesh, int changes, XdsReport report) {
        progress.println("  " + changes + " endpoints change");
        double before = controlPlane.cpuSeconds();
        long begin = System.nanoTime();
        for (int i = 0; i < changes; i++) {
            Fleet.Reached reached = fleet.await(mesh.moveOne(), CHANGE_LIMIT);
            report.add(XdsFigure.CHANGE_LAST, reached.lastMs());
            report.add(XdsFigure.CHANGE_MEDIAN, reached.medianMs());
            LockSupport.parkNanos(pauses.nextLong(50_000_000, 150_000_000));
        }
        double cpu = controlPlane.cpuSeconds() - before;
        report.add(XdsFigure.CHANGE_CPU, cpu / changes);
        report.add(XdsFigure.CHANGE_CORES, cpu / ((System.nanoTime() - begin) / 1e9));
        report.add(XdsFigure.CHANGE_RSS, controlPlane.residentMb());
        report.add(XdsFigure.CHANGE_PEAK, controlPlane.highestResidentMb());
        fleet.check(mesh.told());
    }

    private void comeBack(
            ControlPlaneProgram controlPlane,
            Fleet fleet,
            GeneratedMesh mesh,
            GeneratedMesh.Change missed,
            XdsReport report) {
        progress.println("  all proxies come back");
        double before = controlPlane.cpuSeconds();
        Fleet.Reached reached = fleet.connectAll(controlPlane.port(), missed, CONNECT_LIMIT);
        report.add(XdsFigure.RESTART_LAST, reached.lastMs());
        report.add(XdsFigure.RESTART_CPU, controlPlane.cpuSeconds() - before);
        report.add(XdsFigure.RESTART_PEAK, controlPlane.highestResidentMb());
        report.add(XdsFigure.RESTART_RSS, controlPlane.residentMb());
        fleet.check(mesh.told());
    }
}
