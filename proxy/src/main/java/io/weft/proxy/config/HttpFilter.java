package io.weft.proxy.config;

import org.jspecify.annotations.Nullable;

/** An HTTP filter before the router. */
public sealed interface HttpFilter {

    /** The instance name in the filter list. */
    String name();

    /**
     * Envoy's {@code envoy.filters.http.rbac}.
     *
     * @param rules null allows everything
     * @param shadow evaluated and counted, never enforced; null where none
     */
    record HttpRbac(
            String name, @Nullable Rbac rules, @Nullable Rbac shadow) implements HttpFilter {}
}
