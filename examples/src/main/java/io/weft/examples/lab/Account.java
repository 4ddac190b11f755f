package io.weft.examples.lab;

import java.util.List;

/** As whom a program runs in a pod, always without capabilities. Group and user have one number. */
public enum Account {
    /** The sidecar, whose traffic is not captured. */
    PROXY(1337),
    /** The control plane. */
    CONTROL_PLANE(1338),
    /** Any application. */
    APPLICATION(1000);

    private final int id;

    Account(int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }

    List<String> prefix() {
        return List.of(
                "setpriv",
                "--reuid=" + id,
                "--regid=" + id,
                "--clear-groups",
                "--no-new-privs",
                "--inh-caps=-all",
                "--bounding-set=-all");
    }
}
