package io.weft.proxy.admin;

import io.netty.util.NetUtil;
import io.weft.proxy.admin.Page.Effect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pages of one port, and the rules that hold for all of them. */
final class Pages {

    /** Who may ask. */
    enum Guard {
        /** Whoever reaches the port: nothing is shown that a neighbour may not know. */
        OPEN,
        /**
         * Whoever names this machine by address or as localhost. A browser that was lured here by a name that resolves to
         * the loopback address (DNS rebinding) sends that name, and a foreign page its own origin.
         */
        NAMED_BY_ADDRESS
    }

    private final Map<String, Page> pages = new LinkedHashMap<>();
    private final Guard guard;

    Pages(Guard guard, List<Page> pages) {
        this.guard = guard;
        pages.forEach(page -> this.pages.put(page.path(), page));
        if (guard == Guard.NAMED_BY_ADDRESS) {
            add(Page.quick("/", "this list, for a browser", request -> index()));
            add(Page.quick("/help", "this list", request -> AdminAnswer.text(help())));
        }
    }

    private void add(Page page) {
        pages.put(page.path(), page);
    }

    /** What may be answered without looking at a page; null if the page is to answer. */
    @Nullable
    AdminAnswer refusal(AdminRequest request) {
        if (guard == Guard.NAMED_BY_ADDRESS) {
            if (!isAddress(hostOf(request.host()))) {
                return AdminAnswer.problem(
                        403, "host \"" + shown(request.host()) + "\": expected localhost or an IP address");
            }
            if (!request.origin().isEmpty() && !isAddress(originHost(request.origin()))) {
                return AdminAnswer.problem(403, "requests from pages of other origins are refused");
            }
        }
        Page page = pages.get(request.path());
        if (page == null) {
            return AdminAnswer.problem(
                    404, "no page " + shown(request.path()) + (guard == Guard.OPEN ? "" : "\n\n" + help()));
        }
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        boolean allowed = page.effect() == Effect.CHANGES ? request.method().equals("POST") : reads;
        if (!allowed) {
            return AdminAnswer.problem(
                    405,
                    "method " + shown(request.method()) + ": " + page.path() + " takes "
                            + (page.effect() == Effect.CHANGES ? "POST only, it changes the proxy" : "GET only"));
        }
        return null;
    }

    /** Call only for a request that is not refused. */
    Page page(AdminRequest request) {
        Page page = pages.get(request.path());
        if (page == null) {
            throw new IllegalArgumentException("no page " + request.path());
        }
        return page;
    }

    private static String originHost(String origin) {
        int scheme = origin.indexOf("://");
        return scheme < 0 ? origin : hostOf(origin.substring(scheme + 3));
    }

    private static String hostOf(String authority) {
        if (authority.startsWith("[")) {
            int close = authority.indexOf(']');
            return close < 0 ? "" : authority.substring(1, close);
        }
        int colon = authority.indexOf(':');
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static boolean isAddress(String host) {
        return host.equalsIgnoreCase("localhost")
                || NetUtil.isValidIpV4Address(host)
                || NetUtil.isValidIpV6Address(host);
    }

    private static String shown(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), 100); i++) {
            char c = text.charAt(i);
            out.append(c > ' ' && c < 0x7f ? c : '?');
        }
        return out.toString();
    }

    String help() {
        StringBuilder out = new StringBuilder("admin commands are:\n");
        for (Page page : sorted()) {
            out.append("  ")
                    .append(page.path())
                    .append(": ")
                    .append(page.help())
                    .append(page.effect() == Effect.CHANGES ? " (POST)\n" : "\n");
        }
        return out.toString();
    }

    private List<Page> sorted() {
        List<Page> all = new ArrayList<>(pages.values());
        all.sort(java.util.Comparator.comparing(Page::path));
        return all;
    }

    private AdminAnswer index() {
        StringBuilder out = new StringBuilder("<!DOCTYPE html><title>Weft admin</title><h1>Weft admin</h1><ul>\n");
        for (Page page : sorted()) {
            String name = page.path().substring(1);
            out.append("<li>")
                    .append(
                            page.effect() == Effect.CHANGES
                                    ? "<code>POST " + page.path() + "</code>"
                                    : "<a href=\"" + page.path() + "\">" + (name.isEmpty() ? "home" : name) + "</a>")
                    .append(": ")
                    .append(page.help())
                    .append("</li>\n");
        }
        return new AdminAnswer(
                200, "text/html; charset=UTF-8", out.append("</ul>\n").toString());
    }
}
