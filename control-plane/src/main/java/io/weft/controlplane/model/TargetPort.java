package io.weft.controlplane.model;

/** Where a service's port leads to on a workload: a number, or the name of a port of a container. */
public sealed interface TargetPort {
    record Numbered(int port) implements TargetPort {}

    record Named(String name) implements TargetPort {}
}
