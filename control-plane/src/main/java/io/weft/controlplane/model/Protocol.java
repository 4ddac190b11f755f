package io.weft.controlplane.model;

/** What a service's port speaks, as declared by its owner. */
public enum Protocol {
    /** HTTP/1.0 or 1.1. */
    HTTP,
    /** HTTP/2 with prior knowledge; gRPC too. */
    HTTP2,
    /** Bytes that the mesh does not look into; TLS of the application's own is among these. */
    TCP,
    /** Nobody said: the first bytes decide. */
    UNDECLARED;

    public boolean isHttp() {
        return this == HTTP || this == HTTP2;
    }
}
