package io.weft.proxy.worker;

import org.jspecify.annotations.Nullable;

/**
 * Something that happens unless it is put off in time. Putting off costs one field write: the wheel looks again when
 * the earlier moment comes.
 */
public abstract class Deadline {

    long at;
    int bucket = -1;

    @Nullable
    Deadline previous;

    @Nullable
    Deadline next;

    /** Runs on the event loop; by then the deadline is no longer set. */
    protected abstract void expired();

    public final boolean isSet() {
        return bucket >= 0;
    }
}
