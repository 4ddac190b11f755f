package io.weft.controlplane.serve;

import java.util.List;

/** What an event led to: the next state, which must be kept before the effects are carried out, and the effects in order. */
record Step(SessionState state, List<Effect> effects) {
    Step {
        effects = List.copyOf(effects);
    }
}
