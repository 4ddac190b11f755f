package io.weft.controlplane.model;

import java.util.List;
import java.util.Map;

/**
 * An Istio AuthorizationPolicy. A call that a DENY policy matches is refused; otherwise it is allowed if no ALLOW policy selects the
 * workload, or one of those matches.
 *
 * @param selector the labels of the workloads it is for; empty means the whole namespace, or the whole mesh in a root namespace
 * @param rules any of which matches; none matches nothing
 */
public record AuthorizationPolicy(
        String namespace, String name, Map<String, String> selector, Action action, List<Rule> rules)
        implements MeshObject {
    public AuthorizationPolicy {
        selector = Map.copyOf(selector);
        rules = List.copyOf(rules);
    }

    @Override
    public ObjectKey key() {
        return new ObjectKey(Kind.AUTHORIZATION_POLICY, namespace, name);
    }

    public enum Action {
        ALLOW,
        DENY
    }

    /** Matches when any source does (or there is none) and any operation does (or there is none). */
    public record Rule(List<Source> from, List<Operation> to) {
        public Rule {
            from = List.copyOf(from);
            to = List.copyOf(to);
        }
    }

    /** Values of which any must match, and values of which none may; an empty list says nothing. */
    public record Values<T>(List<T> any, List<T> none) {
        public Values {
            any = List.copyOf(any);
            none = List.copyOf(none);
        }

        public boolean isEmpty() {
            return any.isEmpty() && none.isEmpty();
        }
    }

    /** An account, by which a peer is known. */
    public record ServiceAccount(String namespace, String name) {}

    /** Who calls; all parts must match. */
    public record Source(
            Values<StringMatch> principals,
            Values<StringMatch> namespaces,
            Values<ServiceAccount> serviceAccounts,
            Values<Cidr> ipBlocks,
            Values<Cidr> remoteIpBlocks) {
        public boolean isEmpty() {
            return principals.isEmpty()
                    && namespaces.isEmpty()
                    && serviceAccounts.isEmpty()
                    && ipBlocks.isEmpty()
                    && remoteIpBlocks.isEmpty();
        }
    }

    /** What is called; all parts must match. */
    public record Operation(
            Values<StringMatch> hosts, Values<Integer> ports, Values<StringMatch> methods, Values<StringMatch> paths) {
        public boolean isEmpty() {
            return ports.isEmpty() && !needsHttp();
        }

        /** Whether it asks for something that only an HTTP request has. */
        public boolean needsHttp() {
            return !(hosts.isEmpty() && methods.isEmpty() && paths.isEmpty());
        }
    }
}
