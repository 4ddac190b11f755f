package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.weft.controlplane.model.AuthorizationPolicy;
import io.weft.controlplane.model.AuthorizationPolicy.Action;
import io.weft.controlplane.model.AuthorizationPolicy.Operation;
import io.weft.controlplane.model.AuthorizationPolicy.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Writes AuthorizationPolicies as Envoy's RBAC filters: first what is denied, then what is allowed. On a connection that is not HTTP a
 * rule that asks for something of a request can never be judged; so that nothing opens, it then allows nothing, and when it denies
 * it denies whatever else of it matches.
 */
final class Rbac {
    private final List<AuthorizationPolicy> policies;
    private final RbacMatchers matchers;

    Rbac(List<AuthorizationPolicy> policies, String trustDomain) {
        this.policies = policies;
        this.matchers = new RbacMatchers(trustDomain);
    }

    List<HttpFilter> httpFilters() {
        return filters(
                true,
                rules -> HttpFilter.newBuilder()
                        .setName("envoy.filters.http.rbac")
                        .setTypedConfig(Xds.any(io.envoyproxy
                                .envoy
                                .extensions
                                .filters
                                .http
                                .rbac
                                .v3
                                .RBAC
                                .newBuilder()
                                .setRules(rules)
                                .build()))
                        .build());
    }

    /** The same, each with a name of its own: gRPC takes no two filters of one name. */
    List<HttpFilter> grpcFilters() {
        var filters = new ArrayList<HttpFilter>();
        for (HttpFilter filter : httpFilters()) {
            String suffix = filters.isEmpty() ? "" : "." + (filters.size() + 1);
            filters.add(filter.toBuilder().setName(filter.getName() + suffix).build());
        }
        return filters;
    }

    List<Filter> networkFilters() {
        return filters(
                false,
                rules -> Filter.newBuilder()
                        .setName("envoy.filters.network.rbac")
                        .setTypedConfig(Xds.any(io.envoyproxy
                                .envoy
                                .extensions
                                .filters
                                .network
                                .rbac
                                .v3
                                .RBAC
                                .newBuilder()
                                .setStatPrefix("tcp.")
                                .setRules(rules)
                                .build()))
                        .build());
    }

    private <F> List<F> filters(boolean http, Function<RBAC, F> filter) {
        var filters = new ArrayList<F>();
        for (Action action : List.of(Action.DENY, Action.ALLOW)) {
            List<AuthorizationPolicy> chosen = policies.stream()
                    .filter(policy -> policy.action() == action)
                    .toList();
            if (!chosen.isEmpty()) {
                filters.add(filter.apply(rules(action, chosen, http)));
            }
        }
        return filters;
    }

    /** Without any policy in it, an ALLOW filter refuses everything. */
    private RBAC rules(Action action, List<AuthorizationPolicy> chosen, boolean http) {
        var rbac = RBAC.newBuilder().setAction(action == Action.DENY ? RBAC.Action.DENY : RBAC.Action.ALLOW);
        for (AuthorizationPolicy policy : chosen) {
            int number = 0;
            for (Rule rule : policy.rules()) {
                String name = "ns[" + policy.namespace() + "]-policy[" + policy.name() + "]-rule[" + number++ + "]";
                Policy written = write(rule, action, http);
                if (written.getPermissionsCount() > 0) {
                    rbac.putPolicies(name, written);
                }
            }
        }
        return rbac.build();
    }

    private Policy write(Rule rule, Action action, boolean http) {
        var policy = Policy.newBuilder();
        for (Operation operation : rule.to()) {
            if (http || action == Action.DENY || !operation.needsHttp()) {
                policy.addPermissions(matchers.permission(operation, http));
            }
        }
        if (rule.to().isEmpty()) {
            policy.addPermissions(Permission.newBuilder().setAny(true));
        }
        rule.from().forEach(source -> policy.addPrincipals(matchers.principal(source)));
        if (rule.from().isEmpty()) {
            policy.addPrincipals(Principal.newBuilder().setAny(true));
        }
        return policy.build();
    }
}
