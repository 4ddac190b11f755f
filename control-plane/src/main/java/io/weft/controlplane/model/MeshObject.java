package io.weft.controlplane.model;

/** One object of a mesh, as its owner wrote it, checked and immutable. */
public sealed interface MeshObject
        permits Namespace, Service, EndpointSlice, Workload, PeerAuthentication, DestinationRule, AuthorizationPolicy {
    ObjectKey key();
}
