package io.weft.proxy.identity;

import io.weft.proxy.config.Secret;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells the secrets to those who subscribed, when they have changed. */
final class Publication {

    private final List<Consumer<Map<String, Secret>>> listeners = new CopyOnWriteArrayList<>();
    private volatile Map<String, Secret> current = Map.of();

    void subscribe(Consumer<Map<String, Secret>> listener) {
        listeners.add(listener);
        listener.accept(current);
    }

    void publish(Map<String, Secret> secrets) {
        if (!secrets.equals(current)) {
            current = Map.copyOf(secrets);
            listeners.forEach(listener -> listener.accept(current));
        }
    }
}
