package io.weft.controlplane.model;

/**
 * One TCP port of a service.
 *
 * @param name empty when the port has none
 * @param port 1 to 65535
 */
public record ServicePort(String name, int port, TargetPort target, Protocol protocol) {}
