package io.weft.examples.lab;

/** The lab could not do what it was asked to; the message says what, and shows the end of the log that matters. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
