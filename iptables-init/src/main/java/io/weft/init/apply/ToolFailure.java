package io.weft.init.apply;

/** A tool is missing or refused; the message says which command, and which table or kernel module it wants. */
final class ToolFailure extends Exception {
    private static final long serialVersionUID = 1L;

    ToolFailure(String message) {
        super(message);
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
