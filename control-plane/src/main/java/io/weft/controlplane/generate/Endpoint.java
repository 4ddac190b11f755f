package io.weft.controlplane.generate;

import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Locality;

/**
 * One instance behind a service's port.
 *
 * @param weight its share of the load, at least 1
 * @param mtls whether it takes mutual TLS on this port: it has a sidecar and its mode is not DISABLE
 * @param peer its SPIFFE id, empty when the mesh does not know what runs there
 */
record Endpoint(IpAddress address, int port, Health health, Locality locality, int weight, boolean mtls, String peer) {}
