package io.weft.examples.bench;

import java.util.List;
import java.util.Map;

/** How a proxy is started: the words of its command, and what its environment has beside the bench's own. */
record Launch(List<String> command, Map<String, String> environment) {
    Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    Launch(List<String> command) {
        this(command, Map.of());
    }
}
