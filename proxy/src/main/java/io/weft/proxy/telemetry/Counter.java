package io.weft.proxy.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A number that one thread writes and any thread reads: no lock, no fence, and never a torn value. A reader may see it a
 * moment late.
 */
final class Counter {

    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long value;

    /** Only by the thread that owns it. */
    void add(long more) {
        VALUE.setOpaque(this, value + more);
    }

    long get() {
        return (long) VALUE.getOpaque(this);
    }
}
