package io.weft.proxy.config;

/** Where a connection manager's route table comes from. */
public sealed interface RouteSource {

    record Inline(RouteTable table) implements RouteSource {}

    /** Delivered by RDS under this name. */
    record Named(String name) implements RouteSource {}
}
