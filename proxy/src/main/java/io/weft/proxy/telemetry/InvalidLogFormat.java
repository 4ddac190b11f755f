package io.weft.proxy.telemetry;

/** A format names an operator that is not known, or is not well formed. The message says which and where. */
public final class InvalidLogFormat extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    InvalidLogFormat(String message) {
        super(message);
    }
}
