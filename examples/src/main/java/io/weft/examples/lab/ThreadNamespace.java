package io.weft.examples.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Moves one thread into a network namespace (setns(2)), which the kernel keeps per thread: its sockets, its child
 * processes and the threads that it starts are in there from then on, and the rest of the JVM is not. Linux, 64 bit.
 */
final class ThreadNamespace {
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int READ_ONLY_CLOEXEC = 0x80000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    @SuppressWarnings("restricted") // The program is started with --enable-native-access.
    private static final MethodHandle OPEN = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(2));

    private static final MethodHandle SETNS = ofInts("setns", INT, INT);
    private static final MethodHandle CLOSE = ofInts("close", INT);

    private ThreadNamespace() {}

    @SuppressWarnings("restricted") // As above.
    private static MethodHandle ofInts(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(INT, arguments),
                Linker.Option.captureCallState("errno"));
    }

    /**
     * Moves the calling thread, for good.
     *
     * @throws LabException when it is a virtual thread, which has no place of its own, or when the kernel refuses
     */
    static void enter(String namespace) {
        if (Thread.currentThread().isVirtual()) {
            throw new LabException("a virtual thread cannot enter namespace " + namespace);
        }
        Path file =
                Path.of(Files.exists(Path.of("/run/netns", namespace)) ? "/run/netns" : "/var/run/netns", namespace);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment path = arena.allocateFrom(file.toString());
            int descriptor = check((int) OPEN.invokeExact(state, path, READ_ONLY_CLOEXEC), state, "open " + file);
            try {
                check((int) SETNS.invokeExact(state, descriptor, CLONE_NEWNET), state, "setns to " + file);
            } finally {
                int _ = (int) CLOSE.invokeExact(state, descriptor);
            }
        } catch (IOException e) {
            throw new LabException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static int check(int result, MemorySegment state, String what) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": errno " + (int) ERRNO.get(state, 0L));
        }
        return result;
    }
}
