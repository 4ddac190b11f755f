package io.weft.proxy.xds.parse;

import io.weft.proxy.bootstrap.YamlFixture;
import io.weft.proxy.wire.Message;

/** Resources of tests, written as YAML. */
final class Written {

    static final String HCM = "type.googleapis.com/" + HttpConnectionManagerParser.TYPE;
    static final String TCP = "type.googleapis.com/" + TcpProxyParser.TYPE;

    private Written() {}

    static Message listener(String yaml) {
        return YamlFixture.read(yaml, "envoy.config.listener.v3.Listener");
    }

    static Message cluster(String yaml) {
        return YamlFixture.read(yaml, "envoy.config.cluster.v3.Cluster");
    }

    /** A listener whose only chain carries TCP to {@code c}, with more fields of the listener, one a line. */
    static String tcpListener(String more) {
        return """
                name: l
                address: { socket_address: { address: 127.0.0.1, port_value: 1 } }
                filter_chains:
                  - filters: [{ name: t, typed_config: { "@type": %s, stat_prefix: t, cluster: c } }]
                """.formatted(TCP) + more;
    }

    /** A listener whose only filter chain is this YAML, on one line, beside a TCP proxy. */
    static String chain(String more) {
        return """
                name: l
                address: { socket_address: { address: 127.0.0.1, port_value: 1 } }
                filter_chains:
                  - filters: [{ name: t, typed_config: { "@type": %s, stat_prefix: t, cluster: c } }]
                    %s
                """.formatted(TCP, more);
    }

    /** A listener with one connection manager with these fields, on one line, and one route with this YAML. */
    static String http(String manager, String route) {
        return """
                name: l
                address: { socket_address: { address: 127.0.0.1, port_value: 1 } }
                filter_chains:
                  - filters:
                      - name: h
                        typed_config:
                          "@type": %s
                          stat_prefix: h
                          http_filters: [{ name: envoy.filters.http.router }]
                          route_config:
                            virtual_hosts: [{ name: v, domains: ["*"], routes: [%s] }]
                          %s
                """.formatted(HCM, route, manager);
    }

    /** A listener with one network RBAC filter of one policy, whose permissions and principals are given as YAML lists. */
    static String rbac(String permissions, String principals) {
        return """
                name: l
                address: { socket_address: { address: 127.0.0.1, port_value: 1 } }
                filter_chains:
                  - filters:
                      - name: r
                        typed_config:
                          "@type": type.googleapis.com/%s
                          stat_prefix: r
                          rules: { policies: { p: { permissions: %s, principals: %s } } }
                      - { name: t, typed_config: { "@type": %s, stat_prefix: t, cluster: c } }
                """.formatted(RbacFilterParser.NETWORK, permissions, principals, TCP);
    }
}
