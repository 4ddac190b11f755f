package io.weft.controlplane.serve;

import java.util.List;

/**
 * One variant of the xDS protocol as a pure function. It has no clock, no thread and no socket.
 *
 * <p>The order in which a change reaches the proxy is the same in both variants: clusters, endpoints, listeners, routes, secrets,
 * each only when it differs. What is removed goes make-before-break: listeners and routes that vanish are removed in their turn, but
 * vanished clusters and their endpoints only once the proxy has taken every listener and route that it was sent, so that nothing
 * which still serves refers to a cluster that is gone. If it refused one, it keeps serving the old ones, and the clusters stay too.
 *
 * @param <R> the request of the variant
 */
sealed interface Protocol<R> permits DeltaProtocol, SotwProtocol {
    /** More names than this in one subscription end the stream. */
    int MOST_NAMES = 20_000;

    default Step step(SessionState state, Event<R> event) {
        if (state.closed()) {
            return new Step(state, List.of());
        }
        Turn turn = new Turn(state);
        switch (event) {
            case Event.Received<R>(R request) -> received(turn, request);
            case Event.NewResources<R>(Offer offer) -> offered(turn, offer);
            case Event.Closed<R>() -> turn.end();
        }
        return turn.done();
    }

    void received(Turn turn, R request);

    void offered(Turn turn, Offer offer);
}
