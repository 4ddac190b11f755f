package io.weft.proxy.config;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Envoy's RBAC rules. ALLOW lets a request pass only if some policy matches; DENY refuses it if some policy matches;
 * LOG only counts. A policy matches when any of its permissions and any of its principals do.
 *
 * @param policies by name; judged in the order of their names, so that the same policy is named each time
 */
public record Rbac(Action action, SortedMap<String, Policy> policies) {

    public Rbac {
        policies = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(policies));
    }

    public enum Action {
        ALLOW,
        DENY,
        LOG
    }

    public record Policy(List<Permission> permissions, List<Principal> principals) {
        public Policy {
            permissions = List.copyOf(permissions);
            principals = List.copyOf(principals);
        }
    }

    /** What is asked for. */
    public sealed interface Permission {
        record Any() implements Permission {}

        record AllOf(List<Permission> parts) implements Permission {
            public AllOf {
                parts = List.copyOf(parts);
            }
        }

        record AnyOf(List<Permission> parts) implements Permission {
            public AnyOf {
                parts = List.copyOf(parts);
            }
        }

        record Not(Permission part) implements Permission {}

        /** Never matches on a plain TCP connection. */
        record Header(Route.HeaderMatch match) implements Permission {}

        /** The path without query and fragment; never matches on a plain TCP connection. */
        record UrlPath(StringMatch match) implements Permission {}

        record DestinationIp(Cidr block) implements Permission {}

        record DestinationPort(int port) implements Permission {}

        /** {@code start} inclusive, {@code end} exclusive. */
        record DestinationPortRange(int start, int end) implements Permission {}

        record RequestedServerName(StringMatch match) implements Permission {}
    }

    /** Who asks. */
    public sealed interface Principal {
        record Any() implements Principal {}

        record AllOf(List<Principal> parts) implements Principal {
            public AllOf {
                parts = List.copyOf(parts);
            }
        }

        record AnyOf(List<Principal> parts) implements Principal {
            public AnyOf {
                parts = List.copyOf(parts);
            }
        }

        record Not(Principal part) implements Principal {}

        /** A verified client certificate, of any name. */
        record Authenticated() implements Principal {}

        /** A verified client certificate whose URI SAN (else DNS SAN, else subject) matches. */
        record AuthenticatedName(StringMatch match) implements Principal {}

        /** The TCP peer. */
        record DirectRemoteIp(Cidr block) implements Principal {}

        /** The client as told by trusted x-forwarded-for hops, else the TCP peer. */
        record RemoteIp(Cidr block) implements Principal {}

        record Header(Route.HeaderMatch match) implements Principal {}

        record UrlPath(StringMatch match) implements Principal {}
    }
}
