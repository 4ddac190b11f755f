package io.weft.controlplane.model;

/** Whether an endpoint should get new work. */
public enum Health {
    HEALTHY,
    UNHEALTHY,
    /** Still serves what it has, should get nothing new. */
    DRAINING
}
