package io.weft.proxy.http;

/**
 * A message that breaks HTTP's rules. Carries the status that a server answers with and the reason that the access log
 * shows; has no stack trace, because a peer decides how often it is made.
 */
public final class BadMessage extends Exception {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String details;

    public BadMessage(int status, String details) {
        super(details, null, false, false);
        this.status = status;
        this.details = details;
    }

    public int status() {
        return status;
    }

    /** In the style of Envoy's response code details: one word, no blanks. */
    public String details() {
        return details;
    }
}
