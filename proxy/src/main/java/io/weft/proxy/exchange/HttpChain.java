package io.weft.proxy.exchange;

import io.weft.proxy.authorize.Caller;
import io.weft.proxy.chain.IpBlock;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.HeaderChanges;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Route;
import io.weft.proxy.config.RouteTable;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.filter.RequestFilter;
import io.weft.proxy.http.FieldName;
import io.weft.proxy.http.Headers;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Response;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.route.Matched;
import io.weft.proxy.route.PathNormalizer;
import io.weft.proxy.route.RedirectLocation;
import io.weft.proxy.route.RouteMatcher;
import io.weft.proxy.worker.Worker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a connection manager decides about requests and answers, made once from its record and shared by all event
 * loops.
 */
@SuppressWarnings("ReferenceEquality") // another record means a change; comparing contents costs more
public final class HttpChain {

    private final HttpConnectionManager manager;
    private final PathNormalizer paths;
    private final RequestFilter[] filters;
    private final IpBlock[] internal;
    private final ExchangeObserver observer;
    private volatile @Nullable Compiled compiled;

    /** A route table and what was made of it; replaced when the snapshot holds another. */
    private record Compiled(RouteTable table, RouteMatcher matcher) {}

    public HttpChain(HttpConnectionManager manager, ExchangeObserver observer) {
        this.manager = manager;
        this.observer = observer;
        this.filters = manager.filters().stream().map(RequestFilter::of).toArray(RequestFilter[]::new);
        this.internal =
                manager.forwarded().internal().stream().map(IpBlock::new).toArray(IpBlock[]::new);
        this.paths = new PathNormalizer(manager.path(), Arrays.stream(filters).anyMatch(RequestFilter::readsPath));
    }

    public HttpConnectionManager manager() {
        return manager;
    }

    /**
     * Makes the request fit to be judged and judges it. The order must hold: the path is canonical before any filter
     * sees it, and headers that only this side may set are gone before a filter could believe them.
     *
     * @return null if the request may pass
     */
    @Nullable
    LocalReply admit(Request request, Connection connection, Worker worker) {
        switch (paths.normalize(request.pathBytes(), 0, request.pathLength())) {
            case PathNormalizer.Result.Unchanged unchanged -> {}
            case PathNormalizer.Result.Rewritten rewritten ->
                request.path(rewritten.path(), 0, rewritten.path().length);
            case PathNormalizer.Result.Rejected rejected -> {
                return new LocalReply(400, "", rejected.details());
            }
            case PathNormalizer.Result.Redirect redirect -> {
                return new LocalReply(
                        307, "", "path_normalized", new String(redirect.path(), StandardCharsets.ISO_8859_1));
            }
        }
        boolean trusted = hearsOrders() && ClientAddress.isInternal(request, connection, manager.forwarded(), internal);
        RequestRules.apply(request, manager, connection, worker, trusted);
        Caller caller = filters.length == 0 ? null : ClientAddress.of(request, connection, manager.forwarded());
        for (RequestFilter filter : filters) {
            RequestFilter.Refusal refusal = filter.onRequest(request, Objects.requireNonNull(caller));
            if (refusal != null) {
                return new LocalReply(refusal.status(), refusal.body(), refusal.details());
            }
        }
        String upgrade = request.upgrade();
        if (upgrade != null && manager.upgrades().stream().noneMatch(upgrade::equalsIgnoreCase)) {
            request.upgrade(null); // the endpoint is not asked for what the proxy would not let through
        }
        return null;
    }

    /** Null where no route matches, or the table has not come yet. */
    @Nullable
    Matched route(Snapshot snapshot, Request request, long random) {
        RouteTable table = snapshot.routeTable(manager.routes());
        if (table == null) {
            return null;
        }
        Compiled known = compiled;
        if (known == null || known.table() != table) {
            known = new Compiled(table, new RouteMatcher(table, false));
            compiled = known;
        }
        return known.matcher().match(request, random);
    }

    /** Whether there are callers who may say by headers how they want to be treated. */
    boolean hearsOrders() {
        return internal.length > 0;
    }

    /** How long the stream may last, in nanoseconds; zero for no limit. */
    long durationNanos(Route.Forward action, Request request) {
        return StreamDurations.nanos(action.duration(), manager.timeouts().maxStreamDuration(), request);
    }

    String cluster(ClusterChoice choice, Worker worker) {
        return switch (choice) {
            case ClusterChoice.Single single -> single.cluster();
            case ClusterChoice.Weighted weighted -> weighted.at(worker.dice().below(weighted.totalWeight()));
        };
    }

    /** Nanoseconds that a request may stand still; 0 without limit. */
    long idleNanos(Route.Forward action) {
        Duration own = action.idleTimeout();
        return (own == null ? manager.timeouts().streamIdle() : own).toNanos();
    }

    /** Changes the request into what the endpoint shall see. */
    void rewrite(Matched matched, Route.Forward action, Request request) {
        if (action.rewrite() != null) {
            String before = request.path();
            String after = matched.rewriter().rewrite(before);
            if (!after.equals(before)) {
                request.headers().set("x-envoy-original-path", before);
                request.path(after);
            }
        }
        HostRewriter.byRoute(action.host(), request);
        change(request.headers(), matched.route().request());
        change(request.headers(), matched.host().request());
        change(request.headers(), matched.table().request());
    }

    /** Changes the answer into what the client shall see. */
    void finish(Response response, @Nullable Matched matched) {
        Headers headers = response.headers();
        switch (manager.serverHeader()) {
            case OVERWRITE -> headers.set(FieldName.SERVER, manager.serverName());
            case APPEND_IF_ABSENT -> {
                if (!headers.has(FieldName.SERVER)) {
                    headers.add(FieldName.SERVER, manager.serverName());
                }
            }
            case PASS_THROUGH -> {}
        }
        change(headers, matched);
    }

    /** As {@link #finish}, for an answer of the proxy's own; what a route adds is added to those too that tell of a failure. */
    void own(Headers headers, @Nullable Matched matched) {
        headers.add(FieldName.SERVER, manager.serverName());
        change(headers, matched);
    }

    private static void change(Headers headers, @Nullable Matched matched) {
        if (matched != null) {
            change(headers, matched.route().response());
            change(headers, matched.host().response());
            change(headers, matched.table().response());
        }
    }

    private static void change(Headers headers, HeaderChanges changes) {
        if (changes.isEmpty()) {
            return;
        }
        for (String name : changes.remove()) {
            headers.removeAll(name);
        }
        for (HeaderChanges.Set set : changes.set()) {
            String name = set.name();
            boolean present = headers.find(name, 0) >= 0;
            switch (set.how()) {
                case APPEND_OR_ADD -> headers.add(name, set.value());
                case ADD_IF_ABSENT -> {
                    if (!present) {
                        headers.add(name, set.value());
                    }
                }
                case OVERWRITE_OR_ADD -> {
                    headers.removeAll(name);
                    headers.add(name, set.value());
                }
                case OVERWRITE_IF_PRESENT -> {
                    if (present) {
                        headers.removeAll(name);
                        headers.add(name, set.value());
                    }
                }
            }
        }
    }

    String location(Route.Redirect redirect, Matched matched, Request request) {
        return RedirectLocation.of(redirect, matched, request);
    }

    String serverName() {
        return manager.serverName();
    }

    void began(ExchangeRecord record) {
        observer.began(record);
    }

    void ended(ExchangeRecord record, long now) {
        observer.ended(record, now);
    }
}
