/**
 * The xDS server: ADS in both variants, the protocol as a pure state machine and a thin edge that feeds it.
 * Receives streams of sidecars and the resources that {@link io.weft.controlplane.push} offers, hands on responses, ACKs and NACKs.
 * Must never decide what a proxy may see, believe node metadata over a certificate, or send a private key.
 */
@NullMarked
package io.weft.controlplane.serve;

import org.jspecify.annotations.NullMarked;
