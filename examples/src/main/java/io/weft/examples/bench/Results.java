package io.weft.examples.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Every sample taken so far. Used by one thread. */
final class Results {
    private final Map<Scenario, Map<Peer, Map<Figure, List<Double>>>> samples = new EnumMap<>(Scenario.class);

    void add(Scenario scenario, Peer peer, Figure figure, double value) {
        samples.computeIfAbsent(scenario, _ -> new EnumMap<>(Peer.class))
                .computeIfAbsent(peer, _ -> new EnumMap<>(Figure.class))
                .computeIfAbsent(figure, _ -> new ArrayList<>())
                .add(value);
    }

    Set<Scenario> scenarios() {
        return Collections.unmodifiableSet(samples.keySet());
    }

    Set<Peer> peers(Scenario scenario) {
        return Collections.unmodifiableSet(
                samples.getOrDefault(scenario, Map.of()).keySet());
    }

    Set<Figure> figures(Scenario scenario) {
        Set<Figure> figures = EnumSet.noneOf(Figure.class);
        samples.getOrDefault(scenario, Map.of()).values().forEach(ofPeer -> figures.addAll(ofPeer.keySet()));
        return figures;
    }

    List<Double> samples(Scenario scenario, Peer peer, Figure figure) {
        return List.copyOf(samples.getOrDefault(scenario, Map.of())
                .getOrDefault(peer, Map.of())
                .getOrDefault(figure, List.of()));
    }

    Optional<Spread> spread(Scenario scenario, Peer peer, Figure figure) {
        List<Double> found = samples(scenario, peer, figure);
        return found.isEmpty() ? Optional.empty() : Optional.of(Spread.of(found));
    }

    /** One median less another peer's; empty where either is missing. */
    Optional<Double> difference(Scenario scenario, Figure figure, Peer peer, Peer other) {
        return spread(scenario, peer, figure)
                .flatMap(ours -> spread(scenario, other, figure).map(theirs -> ours.median() - theirs.median()));
    }

    /** One median less the same peer's in another scenario; empty where either is missing. */
    Optional<Double> growth(Scenario scenario, Figure figure, Peer peer, Scenario base) {
        return spread(scenario, peer, figure)
                .flatMap(ours -> spread(base, peer, figure).map(before -> ours.median() - before.median()));
    }
}
