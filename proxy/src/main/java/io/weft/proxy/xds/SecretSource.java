package io.weft.proxy.xds;

import io.weft.proxy.config.Secret;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Secrets that are made in this process instead of being asked for over xDS. */
public interface SecretSource {

    /** The names it answers for, whether or not there is a secret now. */
    Set<String> names();

    /**
     * Those of its names that the control plane is asked for as well. What it says of them is news for this source, which
     * decides what becomes of it; nobody else sees it.
     */
    default Set<String> followed() {
        return Set.of();
    }

    /** The control plane's word on a followed secret. Takes calls on any thread and returns at once. */
    default void told(String name, Secret secret) {}

    /**
     * Tells the listener all its secrets by name, as they are now and after each change; one that is missing is not
     * there yet or has been withdrawn. Called once, before the source is started.
     *
     * @param listener takes calls on any thread and returns at once
     */
    void subscribe(Consumer<Map<String, Secret>> listener);
}
