package io.weft.proxy.filter;

import io.weft.proxy.authorize.Authorizer;
import io.weft.proxy.authorize.Caller;
import io.weft.proxy.authorize.Decision;
import io.weft.proxy.config.HttpFilter;
import io.weft.proxy.http.Request;
import org.jspecify.annotations.Nullable;

/** Envoy's {@code envoy.filters.http.rbac}. */
final class RbacFilter implements RequestFilter {

    private final Authorizer authorizer;

    RbacFilter(HttpFilter.HttpRbac filter) {
        this.authorizer = Authorizer.of(filter);
    }

    @Override
    public @Nullable Refusal onRequest(Request request, Caller caller) {
        return switch (authorizer.decide(caller, request)) {
            case Decision.Allowed allowed -> null;
            case Decision.Denied denied ->
                new Refusal(403, "RBAC: access denied", "rbac_access_denied_matched_policy[" + denied.policy() + "]");
        };
    }

    @Override
    public boolean readsPath() {
        return authorizer.readsPath();
    }
}
