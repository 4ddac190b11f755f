package io.weft.init.options;

/** An option that cannot be honoured; the message starts with the name that the user gave it by. */
public final class OptionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OptionException(String name, String problem) {
        super(name + ": " + problem);
    }
}
