package io.weft.proxy.bootstrap;

import java.util.List;

/** A bootstrap file that cannot be started from. The message has one line per problem, each with file, line and field. */
public final class InvalidBootstrap extends RuntimeException {

    private static final int SHOWN = 50;

    private final transient List<String> problems;

    InvalidBootstrap(List<String> problems) {
        super(describe(problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    InvalidBootstrap(String problem) {
        this(List.of(problem));
    }

    /** At least one. */
    public List<String> problems() {
        return problems;
    }

    private static String describe(List<String> problems) {
        return problems.size() <= SHOWN
                ? String.join("\n", problems)
                : String.join("\n", problems.subList(0, SHOWN)) + "\nand " + (problems.size() - SHOWN) + " more";
    }
}
