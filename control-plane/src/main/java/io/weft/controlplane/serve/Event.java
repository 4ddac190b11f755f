package io.weft.controlplane.serve;

/**
 * What can happen to a stream.
 *
 * @param <R> the request of the protocol variant, {@link DeltaRequest} or {@link SotwRequest}
 */
sealed interface Event<R> {
    /** The proxy sent a request: a subscription, an ACK, a NACK, or several of them in one message, as xDS allows. */
    record Received<R>(R request) implements Event<R> {}

    /** The proxy is to have other resources than before. Several offers in a row may be given as the last of them. */
    record NewResources<R>(Offer offer) implements Event<R> {}

    /** The stream has ended, by either side. Nothing is sent from now on. */
    record Closed<R>() implements Event<R> {}
}
