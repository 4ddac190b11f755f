package io.weft.proxy.xds;

import io.weft.proxy.config.Secret;
import io.weft.proxy.files.SecretFiles;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The secrets of a snapshot, from four sources: the bootstrap file wins over this process, which wins over files of this machine (for names
 * that mean such), which win over xDS. What is followed comes from this process, which wants to hear what xDS says of it.
 */
final class Secrets {

    private final Map<String, Secret> pinned;
    private final Set<String> local;
    private final Set<String> followed;
    private final SecretFiles files;
    private final boolean told;
    private final Map<String, Secret> all = new HashMap<>();
    private final Set<String> absent = new HashSet<>();
    private Map<String, Secret> view = Map.of();
    private boolean viewIsOld;

    /** @param told whether anyone can be asked over xDS */
    Secrets(Map<String, Secret> pinned, Set<String> local, Set<String> followed, SecretFiles files, boolean told) {
        this.pinned = Map.copyOf(pinned);
        this.local = Set.copyOf(local);
        this.followed = Set.copyOf(followed);
        this.files = files;
        this.told = told;
        all.putAll(pinned);
        viewIsOld = !pinned.isEmpty();
    }

    void tell(String name, Secret secret) {
        if (!pinned.containsKey(name) && !local.contains(name) && !isInFiles(name)) {
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

    /**
     * Whether it is known of each whether it is there. Files are looked for now, so of these it always is.
     *
     * @param user what they are for
     */
    boolean resolve(Set<String> names, String user) {
        for (String name : names) {
            if (isInFiles(name)) {
                Secret secret = files.secret(name, user);
                if (secret != null) {
                    put(name, secret);
                } else {
                    absent.add(name);
                }
            }
        }
        return names.stream().allMatch(this::isResolved);
    }

    private boolean isInFiles(String name) {
        return SecretFiles.isName(name) && !pinned.containsKey(name) && !local.contains(name);
    }

    /** Whether any secret comes from files, which somebody has to look at. */
    boolean areInFiles() {
        return !files.isEmpty();
    }

    /** Takes what has changed in files. */
    void lookAtFiles() {
        files.look().forEach(this::put);
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

    /** Those of the names that xDS is asked for. */
    Set<String> asked(Set<String> names) {
        return names.stream()
                .filter(name -> !pinned.containsKey(name) && (!local.contains(name) || followed.contains(name)))
                .filter(name -> !isInFiles(name))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Drops secrets told over xDS, or read from files, that nothing refers to. */
    void retain(Set<String> wanted) {
        files.retain(wanted);
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
