package io.weft.proxy.authorize;

import io.weft.proxy.config.FilterChain.NetworkFilter.NetworkRbac;
import io.weft.proxy.config.HttpFilter.HttpRbac;
import io.weft.proxy.config.Rbac;
import io.weft.proxy.http.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * One RBAC filter, compiled once per snapshot (Envoy's network and HTTP RBAC). Policies are judged in the order of their
 * names and the first that matches is the one named. One serves all event loops: nothing in it changes that a decision
 * depends on.
 *
 * <p>Where it departs from Envoy it refuses more: "authenticated" needs a verified client certificate, not just TLS; a
 * certificate with URI names is not compared by its DNS names or subject; on plain TCP, and for a path on CONNECT, a
 * policy that allows is not met by the absence of what it excludes. Where meeting a condition leads to a
 * refusal, one part of a header of several values is enough; where it leads to being allowed, every part must meet it
 * (attack case E6). Headers are compared as the
 * text they were decoded to, one character per byte, so bytes that are no UTF-8 neither stop nor escape an expression
 * (E7). Rules that fail to be judged deny (E13).
 */
public final class Authorizer {
    private static final Decision ALLOWED = new Decision.Allowed(null);

    private final @Nullable Engine enforced;
    private final @Nullable Engine shadow;

    /**
     * @param rules null allows everything
     * @param shadow judged for its statistics, never enforced
     */
    public Authorizer(@Nullable Rbac rules, @Nullable Rbac shadow) {
        this.enforced = rules == null ? null : new Engine(rules);
        this.shadow = shadow == null ? null : new Engine(shadow);
    }

    public static Authorizer of(NetworkRbac filter) {
        return new Authorizer(filter.rules(), filter.shadow());
    }

    public static Authorizer of(HttpRbac filter) {
        return new Authorizer(filter.rules(), filter.shadow());
    }

    /** @param head null for a connection that is not, or not yet, read as HTTP */
    public Decision decide(Caller caller, @Nullable RequestHead head) {
        return enforced == null ? ALLOWED : enforced.decide(caller, head);
    }

    /** What the shadow rules would have decided; null where there are none. */
    public @Nullable Decision decideShadow(Caller caller, @Nullable RequestHead head) {
        return shadow == null ? null : shadow.decide(caller, head);
    }

    /** Whether an enforced rule reads the path; then path parameters are to be refused (attack case E4). */
    public boolean readsPath() {
        return enforced != null && enforced.readsPath();
    }
}
