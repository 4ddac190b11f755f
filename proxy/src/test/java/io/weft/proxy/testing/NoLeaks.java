package io.weft.proxy.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the test class in which a buffer, context or engine of Netty was dropped without being released (attack case
 * H1). Installed for every test class of the module by {@code META-INF/services}; after each class the garbage is
 * collected and Netty's detectors are asked. What is still held at the end of a class is blamed on the class in which it
 * is found; the trace in the message says where it was made.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final long COLLECTION_SECONDS = 10;
    private static final Detectors DETECTORS = new Detectors();

    /** JUnit makes one of these before it initializes a test class, and so before Netty makes its first detector. */
    public NoLeaks() {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(DETECTORS);
    }

    /** The leaks found since they were last asked for, each with Netty's record of who touched it. */
    public static List<String> found() throws InterruptedException {
        DETECTORS.collect();
        List<String> leaks = new ArrayList<>();
        for (String leak = DETECTORS.leaks.poll(); leak != null; leak = DETECTORS.leaks.poll()) {
            leaks.add(leak);
        }
        return leaks;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (ResourceLeakDetector.getLevel() != ResourceLeakDetector.Level.PARANOID) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> leaks = found();
        if (!leaks.isEmpty()) {
            throw new AssertionError(
                    leaks.size() + " leaks found after " + context.getDisplayName() + ":\n" + String.join("\n", leaks));
        }
    }

    private static final class Detectors extends ResourceLeakDetectorFactory {
        private final Queue<String> leaks = new ConcurrentLinkedQueue<>();
        private final Queue<Detector<?>> made = new ConcurrentLinkedQueue<>();
        private final ReentrantReadWriteLock reports = new ReentrantReadWriteLock();

        @Override
        @SuppressWarnings("deprecation")
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            Detector<T> detector = new Detector<>(resource, samplingInterval, leaks, reports);
            made.add(detector);
            return detector;
        }

        /**
         * Twice, because the JVM hands over the references that one collection has cleared one after the other, in no order:
         * that the first probe has come says that its batch has been begun. Batches are handed over in their order, so
         * that the second probe has come says that all of the first batch is there.
         */
        void collect() throws InterruptedException {
            probe();
            probe();
            made.forEach(Detector::report);
            // Any thread that begins to track something reports too; one that has taken a leak has told it after this.
            if (!reports.writeLock().tryLock(COLLECTION_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("a report of leaks did not end in " + COLLECTION_SECONDS + " s");
            }
            reports.writeLock().unlock();
        }

        private static void probe() throws InterruptedException {
            ReferenceQueue<Object> queue = new ReferenceQueue<>();
            PhantomReference<Object> probe = new PhantomReference<>(new Object(), queue);
            try {
                System.gc();
                if (queue.remove(COLLECTION_SECONDS * 1000) == null) {
                    throw new AssertionError("the garbage was not collected in " + COLLECTION_SECONDS + " s");
                }
            } finally {
                Reference.reachabilityFence(probe);
            }
        }
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {
        private final Queue<String> leaks;
        private final ReentrantReadWriteLock reports;

        @SuppressWarnings("deprecation")
        Detector(Class<?> resource, int samplingInterval, Queue<String> leaks, ReentrantReadWriteLock reports) {
            super(resource, samplingInterval);
            this.leaks = leaks;
            this.reports = reports;
        }

        /** Netty looks at what was collected only when it begins to track something. */
        @SuppressWarnings("unchecked")
        void report() {
            T probe = (T) new Object();
            ResourceLeakTracker<T> tracker = track(probe);
            if (tracker != null) {
                tracker.close(probe);
            }
        }

        /** Netty asks this before it looks for leaks, and for the hint after it has told of them, in the same thread. */
        @Override
        protected boolean needReport() {
            reports.readLock().lock();
            return true;
        }

        @Override
        protected Object getInitialHint(String resourceType) {
            if (reports.getReadHoldCount() > 0) {
                reports.readLock().unlock();
            }
            return super.getInitialHint(resourceType);
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            leaks.add("LEAK of " + resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            leaks.add("LEAK of " + resourceType + " (no trace)");
        }
    }
}
