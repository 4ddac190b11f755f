package io.weft.examples.lab;

/**
 * How a command ended.
 *
 * @param status its exit status; {@link #TIMED_OUT} if it was ended at its deadline
 * @param out what it printed, on both streams
 */
public record Outcome(int status, String out) {
    /** As {@code timeout(1)} says it. */
    public static final int TIMED_OUT = 124;

    public boolean ok() {
        return status == 0;
    }

    /** The output, without surrounding blanks. */
    public String text() {
        return out.strip();
    }

    @Override
    public String toString() {
        return "exit " + status + (out.isBlank() ? "" : ": " + text());
    }
}
