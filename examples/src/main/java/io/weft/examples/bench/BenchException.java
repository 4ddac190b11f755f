package io.weft.examples.bench;

/** A peer or a tool did not do what the bench needs; the message says which, what was expected and what was seen. */
final class BenchException extends RuntimeException {
    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
