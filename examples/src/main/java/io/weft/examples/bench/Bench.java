package io.weft.examples.bench;

import io.weft.examples.bench.ProcFs.Memory;
import io.weft.examples.bench.Scenario.Shape;
import io.weft.examples.bench.Settings.Program;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Runs the scenarios, peer beside peer. A peer that fails is left out of its scenario, and named. Used by one thread. */
final class Bench {
    private static final int WARM_REQUESTS = 50_000;
    private static final int MOST_WARM_UPS = 4;
    private static final int WARM_PART_SECONDS = 2;
    private static final int LOADED_CLUSTERS = 20;

    private final Settings settings;
    private final Rig rig;
    private final PrintWriter progress;
    private final Results results = new Results();
    private final List<String> problems = new ArrayList<>();

    Bench(Settings settings, Rig rig, PrintWriter progress) {
        this.settings = settings;
        this.rig = rig;
        this.progress = progress;
    }

    Results results() {
        return results;
    }

    /** What did not work; empty when all did. */
    List<String> problems() {
        return Collections.unmodifiableList(problems);
    }

    void run() {
        for (Scenario scenario : settings.scenarios()) {
            progress.println(scenario.title());
            List<Deployment> deployments = deploy(scenario);
            try {
                warmUp(scenario, deployments);
                for (int round = 0; round < settings.rounds(); round++) {
                    progress.println("  round " + (round + 1) + " of " + settings.rounds());
                    // Another one begins each round, so that none always follows the same one.
                    Collections.rotate(deployments, 1);
                    for (Deployment deployment : List.copyOf(deployments)) {
                        attempt(scenario, deployment, deployments, () -> measure(scenario, deployment));
                    }
                }
                rememberMemory(scenario, deployments);
                if (scenario.openLoop()) {
                    halfOfTheSlowest(scenario, deployments);
                }
            } finally {
                deployments.forEach(Deployment::stop);
            }
        }
    }

    private List<Deployment> deploy(Scenario scenario) {
        var deployments = new ArrayList<Deployment>();
        for (Peer peer : Peer.values()) {
            Program program = settings.programs().get(peer);
            if (program == null
                    || !settings.peers().contains(peer)
                    || !scenario.peers().contains(peer)) {
                continue;
            }
            Optional<String> lacking = Programs.lacking(peer, scenario);
            if (lacking.isPresent()) {
                progress.println("  " + peer.title() + " is left out: no " + lacking.get());
                continue;
            }
            try {
                Deployment deployment = Deployment.start(rig, peer, program, scenario);
                deployments.add(deployment);
                deployment.checkWork();
                if (peer != Peer.DIRECT && scenario.shape() != Shape.START) {
                    idle(scenario, peer, deployment.memory());
                }
                progress.println("  " + peer.title() + " does the same work");
            } catch (BenchException | IOException e) {
                problem(scenario, peer, String.valueOf(e.getMessage()));
                deployments.stream()
                        .filter(started -> started.peer() == peer)
                        .toList()
                        .forEach(started -> {
                            started.stop();
                            deployments.remove(started);
                        });
            }
        }
        return deployments;
    }

    private void warmUp(Scenario scenario, List<Deployment> deployments) {
        int seconds = (int) settings.warmUp().toSeconds();
        if (seconds == 0 || (scenario.shape() == Shape.START && !scenario.firstRequests())) {
            return;
        }
        progress.println("  warm-up");
        int enough = scenario.content().size() <= Content.SMALL.size() ? WARM_REQUESTS : 0;
        for (Deployment deployment : List.copyOf(deployments)) {
            attempt(scenario, deployment, deployments, () -> warmUp(scenario, deployment, enough));
        }
    }

    /**
     * Where requests at a fixed rate are timed, with as many seconds of these, in turns: requests that come one by one take other
     * ways through a proxy than those that come together, and so do those whose client goes away when a load ends. A JIT compiler
     * that has not seen these ways compiles anew when they are taken.
     */
    private void warmUp(Scenario scenario, Deployment deployment, int enough) {
        int seconds = (int) settings.warmUp().toSeconds();
        boolean timed = scenario.openLoop() || scenario.firstRequests();
        int part = timed ? Math.min(seconds, WARM_PART_SECONDS) : seconds;
        long requests = 0;
        // A JIT compiler counts calls, not seconds: on a slow machine it needs more of them.
        for (int done = 0; done < seconds || (done < MOST_WARM_UPS * seconds && requests < enough); done += part) {
            requests += Load.saturate(rig, scenario, deployment.entry(), part, () -> {})
                    .requests();
            if (timed) {
                OpenLoop.run(scenario, deployment.entry(), part, OpenLoop.REQUESTS_PER_SECOND);
            }
        }
    }

    private void measure(Scenario scenario, Deployment deployment) {
        switch (scenario.shape()) {
            case START -> {
                double millis = deployment.restartClientSide();
                results.add(scenario, deployment.peer(), Figure.FIRST_ANSWER, millis);
                idle(scenario, deployment.peer(), deployment.clientSideMemory());
                deployment
                        .awaitReady()
                        .ifPresent(ready -> results.add(scenario, deployment.peer(), Figure.READY, ready));
                if (scenario.firstRequests()) {
                    firstRequests(scenario, deployment);
                } else {
                    // What a compiler has taken for the moment would otherwise pass for what the load takes.
                    warmUp(scenario, deployment, WARM_REQUESTS);
                }
                Load load = Load.saturate(rig, scenario, deployment.entry(), settings.seconds(), () -> {});
                loaded(scenario, deployment.peer(), deployment.clientSideMemory());
                errors(scenario, deployment.peer(), load.errors());
                if (scenario.clusters() > 0) {
                    useAllClusters(scenario, deployment);
                }
            }
            case HOP, CHAIN -> {
                saturate(scenario, deployment);
                if (scenario.openLoop()) {
                    openLoop(scenario, deployment);
                }
            }
        }
    }

    /** The server's side is warm all the time: what is compared is the client's side, cold and warm. */
    private void firstRequests(Scenario scenario, Deployment deployment) {
        OpenLoop.Outcome first = OpenLoop.run(scenario, deployment.entry(), 1, OpenLoop.REQUESTS_PER_SECOND);
        warmUp(scenario, deployment, WARM_REQUESTS);
        OpenLoop.Outcome steady =
                OpenLoop.run(scenario, deployment.entry(), settings.seconds(), OpenLoop.REQUESTS_PER_SECOND);
        results.add(scenario, deployment.peer(), Figure.FIRST_P99, first.millis(99));
        results.add(scenario, deployment.peer(), Figure.STEADY_P99, steady.millis(99));
        results.add(scenario, deployment.peer(), Figure.FIRST_BY_STEADY, first.millis(99) / steady.millis(99));
        errors(scenario, deployment.peer(), first.errors() + steady.errors());
    }

    /** Each cluster answers once; then some of them are loaded, since a connection to every endpoint of all would take minutes. */
    private void useAllClusters(Scenario scenario, Deployment deployment) {
        List<String> hosts = Configuration.hosts(scenario);
        deployment.askEach(hosts);
        int step = Math.max(1, hosts.size() / LOADED_CLUSTERS);
        List<String> some = IntStream.range(0, hosts.size() / step)
                .mapToObj(i -> hosts.get(i * step))
                .toList();
        Load load = Load.saturate(rig, scenario, deployment.entry(), some, settings.seconds(), () -> {});
        Memory memory = deployment.clientSideMemory();
        results.add(scenario, deployment.peer(), Figure.RSS_USED, memory.resident());
        results.add(scenario, deployment.peer(), Figure.PSS_USED, memory.proportional());
        results.add(scenario, deployment.peer(), Figure.DIRTY_USED, memory.dirty());
        errors(scenario, deployment.peer(), load.errors());
    }

    private void saturate(Scenario scenario, Deployment deployment) {
        Peer peer = deployment.peer();
        double before = deployment.cpuSeconds();
        var highest = new Highest(deployment);
        Load load = Load.saturate(rig, scenario, deployment.entry(), settings.seconds(), highest);
        double cpu = deployment.cpuSeconds() - before;
        results.add(scenario, peer, Figure.REQUESTS_PER_SECOND, load.requestsPerSecond());
        results.add(scenario, peer, Figure.P50, load.p50Ms());
        results.add(scenario, peer, Figure.P99, load.p99Ms());
        if (peer != Peer.DIRECT) {
            switch (scenario.content()) {
                case BULK -> results.add(scenario, peer, Figure.CPU_PER_GB, cpu / (load.bytes() / 1e9));
                case CALL, SMALL, LARGE -> results.add(scenario, peer, Figure.CPU_PER_10K, cpu / load.requests() * 1e4);
            }
            loaded(scenario, peer, highest.memory());
        }
        errors(scenario, peer, load.errors());
    }

    /** The highest seen of a deployment's memory. Looks every second, since looking holds the proxy up. */
    private static final class Highest implements Runnable {
        private static final long INTERVAL_NANOS = 1_000_000_000;

        private final Deployment deployment;
        private Memory memory = Memory.NONE;
        private long next = System.nanoTime() + INTERVAL_NANOS / 2;

        Highest(Deployment deployment) {
            this.deployment = deployment;
        }

        @Override
        public void run() {
            if (System.nanoTime() - next >= 0) {
                memory = memory.max(deployment.memory());
                next = System.nanoTime() + INTERVAL_NANOS;
            }
        }

        Memory memory() {
            return memory.equals(Memory.NONE) ? deployment.memory() : memory;
        }
    }

    private void openLoop(Scenario scenario, Deployment deployment) {
        OpenLoop.Outcome outcome =
                OpenLoop.run(scenario, deployment.entry(), settings.seconds(), OpenLoop.REQUESTS_PER_SECOND);
        results.add(scenario, deployment.peer(), Figure.OPEN_P50, outcome.millis(50));
        results.add(scenario, deployment.peer(), Figure.OPEN_P90, outcome.millis(90));
        results.add(scenario, deployment.peer(), Figure.OPEN_P99, outcome.millis(99));
        results.add(scenario, deployment.peer(), Figure.OPEN_P999, outcome.millis(99.9));
        errors(scenario, deployment.peer(), outcome.errors());
    }

    /** At one rate for all, half of what the slowest proxy did at most; so it can only come after the rounds. */
    private void halfOfTheSlowest(Scenario scenario, List<Deployment> deployments) {
        double slowest = deployments.stream()
                .filter(deployment -> deployment.peer() != Peer.DIRECT)
                .flatMap(deployment -> results.spread(scenario, deployment.peer(), Figure.REQUESTS_PER_SECOND).stream())
                .mapToDouble(Spread::median)
                .min()
                .orElse(0);
        int rate = (int) (slowest / 2);
        if (rate < OpenLoop.CONNECTIONS) {
            return;
        }
        for (int round = 0; round < settings.rounds(); round++) {
            progress.println("  round " + (round + 1) + " of " + settings.rounds() + " at " + rate + " requests/s");
            Collections.rotate(deployments, 1);
            for (Deployment deployment : List.copyOf(deployments)) {
                attempt(scenario, deployment, deployments, () -> {
                    OpenLoop.Outcome outcome = OpenLoop.run(scenario, deployment.entry(), settings.seconds(), rate);
                    results.add(scenario, deployment.peer(), Figure.HALF_RATE, rate);
                    results.add(scenario, deployment.peer(), Figure.HALF_P50, outcome.millis(50));
                    results.add(scenario, deployment.peer(), Figure.HALF_P90, outcome.millis(90));
                    results.add(scenario, deployment.peer(), Figure.HALF_P99, outcome.millis(99));
                    results.add(scenario, deployment.peer(), Figure.HALF_P999, outcome.millis(99.9));
                    errors(scenario, deployment.peer(), outcome.errors());
                });
            }
        }
    }

    private void errors(Scenario scenario, Peer peer, long errors) {
        results.add(scenario, peer, Figure.ERRORS, (double) errors);
        if (errors > 0) {
            problem(scenario, peer, errors + " requests had no right answer");
        }
    }

    private void rememberMemory(Scenario scenario, List<Deployment> deployments) {
        for (Deployment deployment : deployments) {
            if (deployment.peer() != Peer.DIRECT && scenario.shape() != Shape.START) {
                Memory after = deployment.memory();
                results.add(scenario, deployment.peer(), Figure.RSS_AFTER, after.resident());
                results.add(scenario, deployment.peer(), Figure.PSS_AFTER, after.proportional());
                results.add(scenario, deployment.peer(), Figure.DIRTY_AFTER, after.dirty());
            }
        }
    }

    private void loaded(Scenario scenario, Peer peer, Memory memory) {
        results.add(scenario, peer, Figure.RSS_LOADED, memory.resident());
        results.add(scenario, peer, Figure.PSS_LOADED, memory.proportional());
        results.add(scenario, peer, Figure.DIRTY_LOADED, memory.dirty());
    }

    private void idle(Scenario scenario, Peer peer, Memory memory) {
        results.add(scenario, peer, Figure.RSS_IDLE, memory.resident());
        results.add(scenario, peer, Figure.PSS_IDLE, memory.proportional());
        results.add(scenario, peer, Figure.DIRTY_IDLE, memory.dirty());
    }

    private void attempt(Scenario scenario, Deployment deployment, List<Deployment> deployments, Runnable work) {
        try {
            work.run();
        } catch (BenchException e) {
            problem(scenario, deployment.peer(), String.valueOf(e.getMessage()));
            deployments.remove(deployment);
            deployment.stop();
        }
    }

    private void problem(Scenario scenario, Peer peer, String what) {
        if (rig.processes().ending()) {
            throw new BenchException("told to end");
        }
        String text = peer.title() + ", " + scenario.title() + ": " + what;
        problems.add(text);
        progress.println("  FAILED " + text);
    }
}
