package io.weft.proxy.xds.parse;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A resource that is refused. The message lists up to {@value #SHOWN} problems as {@code path: offending value: expected
 * …}, which is what a NACK carries. There is no stack trace: the fault is in the resource, not in the program.
 */
public final class InvalidResource extends RuntimeException {

    private static final int SHOWN = 20;

    private final transient List<Problem> problems;

    InvalidResource(List<Problem> problems) {
        super(describe(problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    InvalidResource(FieldPath path, String what) {
        this(List.of(new Problem(path, what)));
    }

    /** At least one. */
    public List<Problem> problems() {
        return problems;
    }

    private static String describe(List<Problem> problems) {
        String shown = problems.stream().limit(SHOWN).map(Problem::toString).collect(Collectors.joining("; "));
        return problems.size() <= SHOWN ? shown : shown + "; and " + (problems.size() - SHOWN) + " more";
    }
}
