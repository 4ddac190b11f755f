package io.weft.proxy.xds.parse;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * What becomes of a field that is set but not implemented: the resource is refused, or, when the operator asks for it
 * with {@code --unsupported=warn}, the field is logged once, listed, and has no effect. Fields that decide who may do
 * what are refused either way. Safe for use by several threads.
 */
public final class UnsupportedFields {

    /** Paths that are remembered; beyond it they are logged but no longer listed. */
    static final int MAX_LISTED = 10_000;

    private static final System.Logger LOGGER = System.getLogger("io.weft.proxy.xds");

    private final boolean reject;
    private final Set<String> listed = new ConcurrentSkipListSet<>();

    private UnsupportedFields(boolean reject) {
        this.reject = reject;
    }

    public static UnsupportedFields rejected() {
        return new UnsupportedFields(true);
    }

    public static UnsupportedFields warnedOf() {
        return new UnsupportedFields(false);
    }

    /** Problems accepted so far, sorted, for the admin interface. */
    public List<String> listed() {
        return List.copyOf(listed);
    }

    boolean reject() {
        return reject;
    }

    void accept(List<Problem> problems) {
        for (Problem problem : problems) {
            String text = problem.toString();
            if (listed.size() < MAX_LISTED && listed.add(text)) {
                LOGGER.log(Level.WARNING, "{0}; it has no effect", text);
            }
        }
    }
}
