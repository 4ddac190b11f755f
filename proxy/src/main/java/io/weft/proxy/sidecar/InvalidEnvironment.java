package io.weft.proxy.sidecar;

import java.util.List;

/** The sidecar cannot be started like this; the message lists everything that is wrong, one line each. */
public final class InvalidEnvironment extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    InvalidEnvironment(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
