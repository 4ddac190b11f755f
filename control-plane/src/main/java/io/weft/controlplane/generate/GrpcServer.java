package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.NonForwardingAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.MtlsMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what a program is called for that serves by itself with gRPC's own server of xDS (gRFC A36): for each port that a service leads
 * to a listener, under each name that such a server may ask for. What it asks for depends on its bootstrap file and on the address that
 * it listens on; the two templates that are known here are gRPC's own example and Istio's.
 */
final class GrpcServer {
    private static final List<String> TEMPLATES =
            List.of("grpc/server?xds.resource.listening_address=", "xds.istio.io/grpc/lds/inbound/");

    private final Inbound inbound;
    private final View.Reader.Grpc reader;
    private final Rbac rbac;

    GrpcServer(Inbound inbound, View.Surroundings surroundings, View.Reader.Grpc reader) {
        this.inbound = inbound;
        this.reader = reader;
        this.rbac = new Rbac(inbound.policies(), surroundings.trustDomain());
    }

    List<EncodedResource> write() {
        var all = new ArrayList<EncodedResource>();
        for (Inbound.Port port : inbound.ports()) {
            if (port.served()) {
                for (String ip : addresses()) {
                    String address = (ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":" + port.number();
                    for (String template : TEMPLATES) {
                        String name = template + address;
                        all.add(EncodedResource.of(ResourceType.LISTENER, name, listener(name, ip, port)));
                    }
                }
            }
        }
        return all;
    }

    private List<String> addresses() {
        var all = new ArrayList<String>(List.of("0.0.0.0", "::"));
        reader.addresses().stream().map(IpAddress::text).distinct().forEach(all::add);
        return all;
    }

    private Listener listener(String name, String ip, Inbound.Port port) {
        FilterChain.Builder chain = FilterChain.newBuilder()
                .setName(secured(port.mode()) ? "mtls" : "plaintext")
                .addFilters(Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(Xds.any(HttpConnectionManager.newBuilder()
                                .setRouteConfig(toTheProgram())
                                .addAllHttpFilters(rbac.grpcFilters())
                                .addHttpFilters(NetworkFilters.router())
                                .build())));
        if (secured(port.mode())) {
            chain.setTransportSocket(MutualTls.grpcServer());
        }
        return Listener.newBuilder()
                .setName(name)
                .setTrafficDirection(TrafficDirection.INBOUND)
                .setAddress(Xds.address(ip, port.number()))
                .addFilterChains(chain)
                .build();
    }

    /** gRPC cannot tell TLS from plaintext on one port: where both are allowed, it is what callers are told to use. */
    private boolean secured(MtlsMode mode) {
        return switch (mode) {
            case STRICT -> true;
            case PERMISSIVE, UNSET -> reader.inMesh();
            case DISABLE -> false;
        };
    }

    private static RouteConfiguration toTheProgram() {
        return RouteConfiguration.newBuilder()
                .setName("inbound")
                .addVirtualHosts(VirtualHost.newBuilder()
                        .setName("inbound")
                        .addDomains("*")
                        .addRoutes(Route.newBuilder()
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setNonForwardingAction(NonForwardingAction.getDefaultInstance())))
                .build();
    }
}
