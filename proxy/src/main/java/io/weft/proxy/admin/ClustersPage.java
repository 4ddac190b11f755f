package io.weft.proxy.admin;

import io.weft.proxy.cluster.ClusterReport;
import io.weft.proxy.cluster.ClusterReport.Traffic;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cluster;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Envoy's two forms of {@code /clusters}: what is configured, and how busy it is. */
final class ClustersPage implements Function<AdminRequest, AdminAnswer> {

    private final AdminParts parts;

    ClustersPage(AdminParts parts) {
        this.parts = parts;
    }

    /** An endpoint and where it stands. */
    private record Member(Cluster.Locality place, Cluster.Endpoint endpoint, Traffic traffic) {}

    @Override
    public AdminAnswer apply(AdminRequest request) {
        Map<String, Cluster> clusters = new TreeMap<>(parts.snapshot().get().clusters());
        Map<String, ClusterReport> reports = parts.clusters().get();
        if (request.asks("format", "json")) {
            List<Object> statuses = new ArrayList<>();
            clusters.forEach((name, cluster) -> statuses.add(json(cluster, members(cluster, reports.get(name)))));
            return AdminAnswer.json(Map.of("cluster_statuses", statuses));
        }
        StringBuilder out = new StringBuilder();
        clusters.forEach((name, cluster) -> text(cluster, members(cluster, reports.get(name)), out));
        return AdminAnswer.text(out.toString());
    }

    private static List<Member> members(Cluster cluster, @org.jspecify.annotations.Nullable ClusterReport report) {
        Map<String, Traffic> traffic = new LinkedHashMap<>(report == null ? Map.of() : report.hosts());
        List<Member> members = new ArrayList<>();
        for (Cluster.Locality locality : cluster.endpoints()) {
            for (Cluster.Endpoint endpoint : locality.endpoints()) {
                Traffic own = traffic.remove(endpoint.address().toString());
                members.add(new Member(locality, endpoint, own == null ? Traffic.NONE : own));
            }
        }
        // What is left are original destinations: endpoints that no configuration names.
        Cluster.Locality nowhere = new Cluster.Locality("", "", "", 0, 1, List.of());
        traffic.forEach((address, own) -> members.add(new Member(nowhere, unnamed(address), own)));
        return members;
    }

    private static Cluster.Endpoint unnamed(String address) {
        int colon = address.lastIndexOf(':');
        Address where = colon < 0
                ? new Address.Pipe(address)
                : new Address.Socket(
                        address.substring(0, colon).replaceAll("[\\[\\]]", ""),
                        Integer.parseInt(address.substring(colon + 1)));
        return new Cluster.Endpoint(where, 1, Cluster.Health.HEALTHY, "", Map.of());
    }

    private static Map<String, Long> stats(Traffic traffic) {
        Map<String, Long> stats = new LinkedHashMap<>();
        stats.put("cx_active", traffic.connectionsActive());
        stats.put("cx_connect_fail", traffic.connectFailures());
        stats.put("cx_total", traffic.connections());
        stats.put("rq_active", traffic.requestsActive());
        stats.put("rq_total", traffic.requests());
        return stats;
    }

    private static void text(Cluster cluster, List<Member> members, StringBuilder out) {
        String name = cluster.name();
        line(out, name, "observability_name", name);
        line(out, name, "default_priority::max_connections", cluster.limits().maxConnections());
        line(
                out,
                name,
                "default_priority::max_pending_requests",
                cluster.limits().maxPendingRequests());
        line(out, name, "default_priority::max_requests", cluster.limits().maxRequests());
        for (Member member : members) {
            String host = name + "::" + member.endpoint().address();
            stats(member.traffic()).forEach((stat, value) -> line(out, host, stat, value));
            line(out, host, "hostname", member.endpoint().hostname());
            line(out, host, "health_flags", flags(member.endpoint().health()));
            line(out, host, "weight", member.endpoint().weight());
            line(out, host, "region", member.place().region());
            line(out, host, "zone", member.place().zone());
            line(out, host, "sub_zone", member.place().subZone());
            line(out, host, "priority", member.place().priority());
        }
    }

    private static void line(StringBuilder out, String scope, String what, Object value) {
        out.append(scope).append("::").append(what).append("::").append(value).append('\n');
    }

    private static String flags(Cluster.Health health) {
        return switch (health) {
            case HEALTHY -> "healthy";
            case DEGRADED -> "/degraded_eds_health";
            case DRAINING -> "/eds_status_draining";
            case UNHEALTHY -> "/failed_eds_health";
        };
    }

    private static Object json(Cluster cluster, List<Member> members) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("name", cluster.name());
        status.put("observability_name", cluster.name());
        List<Object> hosts = new ArrayList<>();
        for (Member member : members) {
            hosts.add(json(member));
        }
        status.put("host_statuses", hosts);
        return status;
    }

    private static Object json(Member member) {
        Map<String, Object> host = new LinkedHashMap<>();
        host.put("address", address(member.endpoint().address()));
        List<Object> stats = new ArrayList<>();
        stats(member.traffic()).forEach((name, value) -> {
            Map<String, Object> stat = new LinkedHashMap<>();
            stat.put("name", name);
            if (name.endsWith("_active")) {
                stat.put("type", "GAUGE");
            }
            stat.put("value", Long.toString(value));
            stats.add(stat);
        });
        host.put("stats", stats);
        host.put(
                "health_status",
                Map.of("eds_health_status", member.endpoint().health().name().toUpperCase(Locale.ROOT)));
        host.put("weight", member.endpoint().weight());
        host.put("hostname", member.endpoint().hostname());
        host.put("priority", member.place().priority());
        Map<String, Object> place = new LinkedHashMap<>();
        place.put("region", member.place().region());
        place.put("zone", member.place().zone());
        place.put("sub_zone", member.place().subZone());
        host.put("locality", place);
        return host;
    }

    private static Object address(Address address) {
        return switch (address) {
            case Address.Socket socket -> {
                Map<String, Object> shown = new LinkedHashMap<>();
                shown.put("address", socket.host());
                shown.put("port_value", socket.port());
                yield Map.of("socket_address", shown);
            }
            case Address.Pipe pipe -> Map.of("pipe", Map.of("path", pipe.path()));
        };
    }
}
