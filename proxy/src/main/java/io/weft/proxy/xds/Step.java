package io.weft.proxy.xds;

import java.util.List;

/** What an event leads to. */
record Step(State state, List<Effect> effects) {
    Step {
        effects = List.copyOf(effects);
    }

    static Step of(State state, Effect... effects) {
        return new Step(state, List.of(effects));
    }
}
