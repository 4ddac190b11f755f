package io.weft.proxy.chain;

/** Two filter chains of a listener match the same connections, so that neither is the most specific. */
public final class ChainConflictException extends Exception {
    private final String listener;
    private final String first;
    private final String second;

    ChainConflictException(String listener, String first, String second, String criteria) {
        super("listener \"" + listener + "\": filter chains \"" + first + "\" and \"" + second
                + "\" both match exactly " + criteria + ": expected at most one");
        this.listener = listener;
        this.first = first;
        this.second = second;
    }

    public String listener() {
        return listener;
    }

    /** The name of the chain configured first. */
    public String first() {
        return first;
    }

    public String second() {
        return second;
    }
}
