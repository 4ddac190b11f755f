package io.weft.proxy.balance;

import org.jspecify.annotations.Nullable;

/**
 * Chooses among the endpoints of one cluster. It belongs to one event loop: a pick moves its state on and takes no
 * lock. Its set of endpoints never changes; when they change, a new picker takes its place.
 */
public interface Picker<T extends Candidate> {

    /** The next endpoint, or null where none may be given anything new. */
    @Nullable
    T pick();
}
