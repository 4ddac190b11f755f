package io.weft.proxy.admin;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * POSIX signals. The JDK has no public interface for them; the one it has is reached by name, so that a JDK without it
 * costs the function and not the program.
 */
public final class Signals {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.admin");

    private Signals() {}

    /**
     * Runs the action, on a thread of its own, whenever the process gets the signal.
     *
     * @param name without SIG, such as {@code TERM} or {@code USR1}
     * @return false if signals cannot be had here
     */
    public static boolean on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object made = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, new Handler(name, action));
            Object wanted = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, wanted, made);
            return true;
        } catch (InvocationTargetException e) {
            LOG.log(System.Logger.Level.WARNING, "SIG{0} cannot be handled: {1}", name, String.valueOf(e.getCause()));
            return false;
        } catch (ReflectiveOperationException e) {
            LOG.log(System.Logger.Level.WARNING, "signals cannot be handled here: {0}", e.toString());
            return false;
        }
    }

    /** Stands for an implementation of {@code sun.misc.SignalHandler}. */
    private record Handler(String name, Runnable action) implements InvocationHandler {
        @Override
        @SuppressWarnings("ReferenceEquality") // a handler is itself and no other
        public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments) {
            return switch (method.getName()) {
                case "handle" -> {
                    action.run();
                    yield null;
                }
                case "equals" -> arguments != null && self == arguments[0];
                case "hashCode" -> System.identityHashCode(self);
                default -> "handler of SIG" + name;
            };
        }
    }
}
