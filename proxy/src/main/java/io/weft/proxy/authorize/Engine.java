package io.weft.proxy.authorize;

import io.weft.proxy.config.Rbac;
import io.weft.proxy.http.RequestHead;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One set of rules, compiled. All decisions it can come to are made beforehand. */
final class Engine {
    private static final System.Logger LOG = System.getLogger("io.weft.proxy.authorize");
    private static final Decision FAILED = new Decision.Denied(Decision.Denied.ERROR);

    private final List<Line> lines;
    private final Decision otherwise;
    private final boolean readsPath;
    private boolean complained;

    private record Line(Rule rule, Decision decision) {}

    Engine(Rbac rbac) {
        RuleCompiler compiler = new RuleCompiler(rbac.action());
        List<Line> compiled = new ArrayList<>();
        rbac.policies()
                .forEach((name, policy) -> compiled.add(new Line(
                        compiler.policy(policy),
                        switch (rbac.action()) {
                            case ALLOW, LOG -> new Decision.Allowed(name);
                            case DENY -> new Decision.Denied(name);
                        })));
        lines = List.copyOf(compiled);
        otherwise = switch (rbac.action()) {
            case ALLOW -> new Decision.Denied(Decision.Denied.NO_POLICY);
            case DENY, LOG -> new Decision.Allowed(null);
        };
        readsPath = compiler.readsPath();
    }

    boolean readsPath() {
        return readsPath;
    }

    Decision decide(Caller caller, @Nullable RequestHead head) {
        try {
            String path = head != null && readsPath ? path(head) : null;
            for (int i = 0; i < lines.size(); i++) {
                Line line = lines.get(i);
                if (line.rule().holds(caller, head, path)) {
                    return line.decision();
                }
            }
            return otherwise;
        } catch (RuntimeException | StackOverflowError e) {
            if (!complained) { // once is enough: the same rules will fail for each request
                complained = true;
                LOG.log(Level.ERROR, "rules could not be judged; all that they concern is denied", e);
            }
            return FAILED;
        }
    }

    private static @Nullable String path(RequestHead head) {
        String path = head.path();
        int end = path.indexOf('?');
        return path.isEmpty() ? null : end < 0 ? path : path.substring(0, end);
    }
}
