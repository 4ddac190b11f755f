package io.weft.examples.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What to measure, and how long.
 *
 * @param seconds how long each point takes in each round; whole seconds, because the load generators know no others
 * @param warmUp for how long each peer is loaded before the first round, and as long again at a fixed rate where that is timed; zero for
 *     not at all
 * @param rounds how often each point is taken
 * @param scenarios in the order of the report
 * @param peers those asked for; which of them are there is another matter
 * @param programs where a peer's program was found
 */
record Settings(
        int seconds,
        Duration warmUp,
        int rounds,
        List<Scenario> scenarios,
        Set<Peer> peers,
        Map<Peer, Program> programs) {
    Settings {
        scenarios = List.copyOf(scenarios);
        peers = Set.copyOf(peers);
        programs = Map.copyOf(programs);
    }

    /**
     * A peer's program.
     *
     * @param command the words before its own arguments
     * @param version as it says itself
     */
    record Program(List<String> command, String version) {
        Program {
            command = List.copyOf(command);
        }
    }
}
