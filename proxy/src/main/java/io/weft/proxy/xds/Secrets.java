package io.weft.proxy.xds;

import io.weft.proxy.config.Secret;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The secrets of a snapshot, from three sources: the bootstrap file wins over this process, which wins over xDS. What is
 * followed comes from this process, which wants to hear what xDS says of it.
 */
final class Secrets {

    private final Map<String, Secret> pinned;
    private final Set<String> local;
    private final Set<String> followed;
    private final boolean told;
    private final Map<String, Secret> all = new HashMap<>();
    private final Set<String> absent = new HashSet<>();
    private Map<String, Secret> view = Map.of();
    private boolean viewIsOld;

    /** @param told whether anyone can be asked over xDS */
    Secrets(Map<String, Secret> pinned, Set<String> local, Set<String> followed, boolean told) {
        this.pinned = Map.copyOf(pinned);
        this.local = Set.copyOf(local);
        this.followed = Set.copyOf(followed);
        this.told = told;
        all.putAll(pinned);
        viewIsOld = !pinned.isEmpty();
    }

    void tell(String name, Secret secret) {
        if (!pinned.containsKey(name) && !local.contains(name)) {
            put(name, secret);
        }
    }

    /** The control plane does not have it. One that was there stays until nothing refers to it. */
    void absent(String name) {
        if (!all.containsKey(name) && !local.contains(name)) {
            absent.add(name);
        }
    }

    /** Unlike what the control plane removes, what this process withdraws is gone at once: the identity is not valid. */
    void local(Map<String, Secret> current) {
        for (String name : local) {
            Secret secret = current.get(name);
            if (pinned.containsKey(name)) {
                continue;
            }
            if (secret != null) {
                put(name, secret);
            } else if (all.remove(name) != null) {
                absent.add(name);
                viewIsOld = true;
            }
        }
    }

    private void put(String name, Secret secret) {
        absent.remove(name);
        viewIsOld |= !secret.equals(all.put(name, secret));
    }

    /** Whether it is known of each whether it is there. */
    boolean resolve(Set<String> names) {
        return names.stream().allMatch(this::isResolved);
    }

    private boolean isResolved(String name) {
        return all.containsKey(name) || absent.contains(name) || (!told && !local.contains(name));
    }

    List<String> missing(Set<String> names) {
        return names.stream()
                .filter(name -> !isResolved(name))
                .map(name -> "secret " + name)
                .sorted()
                .toList();
    }

    /** Names that xDS is not asked for. */
    Set<String> notAsked() {
        Set<String> names = new HashSet<>(local);
        names.removeAll(followed);
        names.addAll(pinned.keySet());
        return names;
    }

    /** Drops secrets told over xDS that nothing refers to. */
    void retain(Set<String> wanted) {
        absent.removeIf(name -> !local.contains(name) && !wanted.contains(name));
        viewIsOld |= all.keySet()
                .removeIf(name -> !local.contains(name) && !pinned.containsKey(name) && !wanted.contains(name));
    }

    boolean viewIsOld() {
        return viewIsOld;
    }

    Map<String, Secret> view() {
        if (viewIsOld) {
            view = Map.copyOf(all);
            viewIsOld = false;
        }
        return view;
    }
}
