package io.weft.proxy.filter;

import io.weft.proxy.authorize.Caller;
import io.weft.proxy.authorize.Decision;
import io.weft.proxy.authorize.RbacEngine;
import io.weft.proxy.config.HttpFilter;
import io.weft.proxy.http.Request;
import org.jspecify.annotations.Nullable;

/** Envoy's {@code envoy.filters.http.rbac}. */
final class RbacFilter implements RequestFilter {

    private final RbacEngine engine;

    RbacFilter(HttpFilter.HttpRbac filter) {
        this.engine = RbacEngine.compile(filter.rules(), filter.shadow());
    }

    @Override
    public @Nullable Refusal onRequest(Request request, Caller caller) {
        return switch (engine.decide(caller, request)) {
            case Decision.Allowed allowed -> null;
            case Decision.Denied denied -> new Refusal(403, "RBAC: access denied", denied.details());
        };
    }
}
