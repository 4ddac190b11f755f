package io.weft.proxy.http;

/** Fired through the pipelines of connections that should end: idle ones now, busy ones when they are done. */
public enum Drain {
    INSTANCE
}
