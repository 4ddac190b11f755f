package io.weft.init.plan;

import java.util.List;

/**
 * One rule.
 *
 * @param matches all must hold
 * @param reason why it is there, in words that survive in the kernel as the comment {@code weft/<reason>}
 */
public record Rule(List<Match> matches, Target target, String reason) {
    private static final String PREFIX = "weft/";

    public Rule {
        matches = List.copyOf(matches);
    }

    public String comment() {
        return PREFIX + reason;
    }
}
