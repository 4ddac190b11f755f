package io.weft.proxy.filter;

import io.weft.proxy.authorize.Caller;
import io.weft.proxy.config.HttpFilter;
import io.weft.proxy.http.Request;
import org.jspecify.annotations.Nullable;

/** One HTTP filter before the router. Shared by all event loops: it keeps no state of a request. */
public interface RequestFilter {

    /** Null lets the request pass. */
    @Nullable
    Refusal onRequest(Request request, Caller caller);

    /** Whether it judges by path: then a path that servers may read differently is refused before. */
    boolean readsPath();

    /**
     * @param status of the answer
     * @param body text for the client; must not tell more than it may know
     * @param details for the access log
     */
    record Refusal(int status, String body, String details) {}

    /** To add a filter: its record in {@code config}, its parser, its class here, and a line in this switch. */
    static RequestFilter of(HttpFilter filter) {
        return switch (filter) {
            case HttpFilter.HttpRbac rbac -> new RbacFilter(rbac);
        };
    }
}
