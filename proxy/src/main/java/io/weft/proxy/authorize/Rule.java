package io.weft.proxy.authorize;

import io.weft.proxy.chain.IpBlock;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.http.RequestHead;
import io.weft.proxy.route.HeaderMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One condition of a policy, compiled. */
sealed interface Rule {

    /**
     * @param head null for a connection that is not HTTP
     * @param path without its query; null where there is none: plain TCP and CONNECT
     */
    boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path);

    record Any() implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            return true;
        }
    }

    record AllOf(List<Rule> parts) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            for (int i = 0; i < parts.size(); i++) {
                if (!parts.get(i).holds(caller, head, path)) {
                    return false;
                }
            }
            return true;
        }
    }

    record AnyOf(List<Rule> parts) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i).holds(caller, head, path)) {
                    return true;
                }
            }
            return false;
        }
    }

    record Not(Rule part) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            return !part.holds(caller, head, path);
        }
    }

    /**
     * @param anyPart one part of a value of several is enough; otherwise every part must meet the condition
     * @param withoutHttp the answer on a connection that is not HTTP
     */
    record Header(HeaderMatcher header, boolean anyPart, boolean withoutHttp) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            if (head == null) {
                return withoutHttp;
            }
            return anyPart ? header.matchesAnyPart(head) : header.matchesEveryPart(head);
        }
    }

    /** @param withoutPath the answer where there is no path */
    record UrlPath(StringMatch match, boolean withoutPath) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            return path == null ? withoutPath : match.matches(path);
        }
    }

    record DestinationIp(IpBlock block) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            return block.contains(caller.destination());
        }
    }

    record DirectRemoteIp(IpBlock block) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            return block.contains(caller.direct());
        }
    }

    record RemoteIp(IpBlock block) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            return block.contains(caller.remote());
        }
    }

    /** {@code start} inclusive, {@code end} exclusive. */
    record DestinationPort(int start, int end) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            return caller.destinationPort() >= start && caller.destinationPort() < end;
        }
    }

    record RequestedServerName(StringMatch match) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            return match.matches(caller.serverName() == null ? "" : caller.serverName());
        }
    }

    record Authenticated() implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            return caller.peer() instanceof Caller.Peer.Certified;
        }
    }

    /** Any name of the first kind that the certificate has. */
    record AuthenticatedName(StringMatch match) implements Rule {
        @Override
        public boolean holds(Caller caller, @Nullable RequestHead head, @Nullable String path) {
            if (!(caller.peer() instanceof Caller.Peer.Certified peer)) {
                return false;
            }
            List<String> names = peer.names();
            for (int i = 0; i < names.size(); i++) {
                if (match.matches(names.get(i))) {
                    return true;
                }
            }
            return names.isEmpty() && match.matches(peer.subject());
        }
    }
}
