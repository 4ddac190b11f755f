package io.weft.proxy.admin;

import io.weft.proxy.http.BadMessage;
import io.weft.proxy.http.Downstream;
import io.weft.proxy.http.Exchanges;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.RequestReceiver;
import io.weft.proxy.worker.Worker;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The requests of one connection to a set of pages. */
final class AdminExchanges implements Exchanges {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.admin");

    private final Pages pages;
    private final Worker worker;
    private final Executor slow;
    private final boolean local;
    private boolean draining;

    AdminExchanges(Pages pages, Worker worker, Executor slow, boolean local) {
        this.pages = pages;
        this.worker = worker;
        this.slow = slow;
        this.local = local;
    }

    @Override
    public RequestReceiver begin(Downstream downstream, Request request, boolean end) {
        AdminExchange exchange = new AdminExchange(downstream, request.isHead());
        String origin = request.header("origin");
        AdminRequest asked;
        try {
            asked = AdminRequest.of(
                    request.method(), request.path(), request.authority(), origin == null ? "" : origin, local);
        } catch (IllegalArgumentException e) {
            exchange.answer(AdminAnswer.problem(400, "the query is not percent-encoded as it must be"));
            return exchange;
        }
        AdminAnswer refusal = pages.refusal(asked);
        if (refusal != null) {
            exchange.answer(refusal);
            return exchange;
        }
        Page page = pages.page(asked);
        if (page.quick()) {
            exchange.answer(answer(page, asked));
            return exchange;
        }
        try {
            slow.execute(() -> {
                AdminAnswer answer = answer(page, asked);
                worker.loop().execute(() -> {
                    worker.enter();
                    try {
                        exchange.answer(answer);
                    } finally {
                        worker.leave();
                    }
                });
            });
        } catch (RejectedExecutionException e) {
            exchange.answer(AdminAnswer.problem(503, "too many requests wait"));
        }
        return exchange;
    }

    private static AdminAnswer answer(Page page, AdminRequest request) {
        try {
            return page.answer().apply(request);
        } catch (IllegalArgumentException e) {
            return AdminAnswer.problem(400, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "admin page " + page.path() + " failed", e);
            return AdminAnswer.problem(500, "the page failed; the log says why");
        }
    }

    @Override
    public void refuse(Downstream downstream, Request request, BadMessage problem) {
        AdminExchange.send(downstream, AdminAnswer.problem(problem.status(), problem.details()), request.isHead());
    }

    @Override
    public boolean isDraining() {
        return draining;
    }

    @Override
    public void drain() {
        draining = true;
    }
}
