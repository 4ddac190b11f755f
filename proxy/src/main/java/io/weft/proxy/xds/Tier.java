package io.weft.proxy.xds;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Resources of one type between being told and being shown. A new version waits as {@code told} while the old one is
 * still {@code shown}; a removed one may stay shown until nothing refers to it.
 *
 * @param <T> a configuration record
 */
final class Tier<T> {

    /** A resource with what it refers to, found once. */
    record Node<T>(T value, References references) {}

    private final Map<String, Node<T>> told = new HashMap<>();
    private final Map<String, Node<T>> shown = new HashMap<>();
    private final Set<String> warming = new HashSet<>();
    private final Set<String> leaving = new HashSet<>();
    private final Set<String> pinned = new HashSet<>();
    private Map<String, T> view = Map.of();
    private boolean viewIsOld;

    /** From the bootstrap file: never replaced nor removed by what the control plane says. */
    void pin(String name, T value, References references) {
        pinned.add(name);
        put(name, value, references);
    }

    /** Whether that was new. An equal value keeps the object that is there, and with it all that was built from it. */
    boolean tell(String name, T value, References references) {
        if (pinned.contains(name)) {
            return false;
        }
        Node<T> before = told.get(name);
        if (before != null && before.value().equals(value)) {
            return false;
        }
        put(name, value, references);
        return true;
    }

    private void put(String name, T value, References references) {
        told.put(name, new Node<>(value, references));
        warming.add(name);
        leaving.remove(name);
    }

    /** No longer told. What is shown stays until {@link #sweep}. */
    boolean retract(String name) {
        if (pinned.contains(name) || told.remove(name) == null) {
            return false;
        }
        warming.remove(name);
        if (shown.containsKey(name)) {
            leaving.add(name);
        }
        return true;
    }

    boolean isTold(String name) {
        return told.containsKey(name);
    }

    Set<String> toldNames() {
        return Set.copyOf(told.keySet());
    }

    boolean isShown(String name) {
        return shown.containsKey(name);
    }

    @Nullable
    Node<T> shown(String name) {
        return shown.get(name);
    }

    @Nullable
    Node<T> told(String name) {
        return told.get(name);
    }

    /** What is told and not shown as told yet. */
    Set<String> warming() {
        return warming;
    }

    /** Shown and no longer told. */
    Set<String> leaving() {
        return leaving;
    }

    /** Shows what is told, as far as it is ready. */
    boolean show(Predicate<Node<T>> ready, UnaryOperator<T> complete) {
        boolean changed = false;
        for (var names = warming.iterator(); names.hasNext(); ) {
            String name = names.next();
            Node<T> node = told.get(name);
            if (node != null && ready.test(node)) {
                names.remove();
                replaceShown(name, new Node<>(complete.apply(node.value()), node.references()));
                changed = true;
            }
        }
        return changed;
    }

    void replaceShown(String name, Node<T> node) {
        shown.put(name, node);
        viewIsOld = true;
    }

    /** Drops what is leaving and not kept. */
    boolean sweep(Predicate<String> keep) {
        boolean changed = false;
        for (var names = leaving.iterator(); names.hasNext(); ) {
            String name = names.next();
            if (!keep.test(name)) {
                names.remove();
                shown.remove(name);
                changed = true;
            }
        }
        viewIsOld |= changed;
        return changed;
    }

    /** Everything that is shown now or may be next; what is both is seen twice. */
    void forEach(Consumer<Node<T>> action) {
        told.values().forEach(action);
        shown.values().forEach(action);
    }

    boolean viewIsOld() {
        return viewIsOld;
    }

    /** An immutable copy of what is shown; the same object as before while nothing changed. */
    Map<String, T> view() {
        if (viewIsOld) {
            Map<String, T> copy = HashMap.newHashMap(shown.size());
            shown.forEach((name, node) -> copy.put(name, node.value()));
            view = Map.copyOf(copy);
            viewIsOld = false;
        }
        return view;
    }
}
