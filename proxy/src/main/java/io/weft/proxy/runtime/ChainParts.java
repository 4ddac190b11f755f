package io.weft.proxy.runtime;

import io.weft.proxy.authorize.Authorizer;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.exchange.ExchangeObserver;
import io.weft.proxy.exchange.HttpChain;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is made once of a filter chain: its policies compiled, its connection manager ready.
 *
 * @param http null where the chain ends in a TCP proxy
 */
record ChainParts(List<Authorizer> policies, @Nullable HttpChain http) {

    static ChainParts of(FilterChain chain, ExchangeObserver observer) {
        List<Authorizer> policies = chain.network().stream()
                .map(filter -> switch (filter) {
                    case FilterChain.NetworkFilter.NetworkRbac rbac -> Authorizer.of(rbac);
                })
                .toList();
        HttpChain http = switch (chain.terminal()) {
            case HttpConnectionManager manager -> new HttpChain(manager, observer);
            case TcpProxy tcp -> null;
        };
        return new ChainParts(policies, http);
    }
}
