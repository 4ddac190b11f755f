package io.weft.proxy.runtime;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Names event-loop threads {@code worker-0} and so on. */
final class WorkerThreads implements ThreadFactory {

    private final AtomicInteger next = new AtomicInteger();

    @Override
    public Thread newThread(Runnable task) {
        return new io.netty.util.concurrent.FastThreadLocalThread(task, "worker-" + next.getAndIncrement());
    }
}
