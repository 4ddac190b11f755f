package io.weft.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.weft.proxy.admin.Pages.Guard;
import io.weft.proxy.telemetry.StatsReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which pages each port has. */
final class AdminPages {

    private static final int MAX_FILTER = 1024;

    private AdminPages() {}

    static Pages admin(AdminParts parts) {
        return new Pages(
                Guard.NAMED_BY_ADDRESS,
                List.of(
                        ready("/ready", parts),
                        Page.shows(
                                "/config_dump",
                                "configuration in force, secrets left out; ?include_eds for endpoints",
                                new ConfigDumpPage(parts)),
                        Page.shows("/clusters", "clusters and their endpoints; ?format=json", new ClustersPage(parts)),
                        Page.shows("/listeners", "addresses bound; ?format=json", request -> listeners(parts, request)),
                        Page.shows("/certs", "certificates in use", request -> CertsPage.answer(parts)),
                        Page.shows(
                                "/stats",
                                "statistics; ?filter=REGEX, ?usedonly, ?format=prometheus",
                                request -> stats(parts, request)),
                        prometheusPage(parts),
                        Page.shows("/server_info", "version, state, uptime", request -> serverInfo(parts)),
                        Page.shows("/memory", "memory in bytes", request -> memory()),
                        Page.changes(
                                "/logging",
                                "log levels; ?level=LEVEL for all, ?paths=NAME:LEVEL,... or ?NAME=LEVEL for some",
                                request -> logging(parts.logLevels(), request)),
                        Page.changes("/reopen_logs", "begin access logs anew", request -> {
                            parts.reopenLogs().run();
                            return AdminAnswer.ok();
                        }),
                        Page.changes(
                                "/drain_listeners",
                                "let connections end; ?graceful takes new ones meanwhile, ?inboundonly",
                                request -> {
                                    parts.lifecycle()
                                            .drainListeners(request.has("inboundonly"), !request.has("graceful"));
                                    return AdminAnswer.ok();
                                }),
                        Page.changes("/healthcheck/fail", "look unhealthy", request -> {
                            parts.lifecycle().fail(true);
                            return AdminAnswer.ok();
                        }),
                        Page.changes("/healthcheck/ok", "look healthy again", request -> {
                            parts.lifecycle().fail(false);
                            return AdminAnswer.ok();
                        }),
                        quit(parts)));
    }

    static Pages health(AdminParts parts) {
        return new Pages(Guard.OPEN, List.of(ready("/healthz/ready", parts)));
    }

    static Pages prometheus(AdminParts parts) {
        return new Pages(Guard.OPEN, List.of(prometheusPage(parts)));
    }

    static Pages agent(AdminParts parts) {
        return new Pages(Guard.OPEN, List.of(ready("/healthz/ready", parts), prometheusPage(parts), quit(parts)));
    }

    private static Page ready(String path, AdminParts parts) {
        return Page.quick(path, "200 if traffic may come", request -> {
            Lifecycle lifecycle = parts.lifecycle();
            Stage stage = lifecycle.stage();
            if (lifecycle.isReady()) {
                return AdminAnswer.text(stage.text() + "\n");
            }
            List<String> unmet = lifecycle.unmet();
            return AdminAnswer.problem(
                    503,
                    stage.text()
                            + (lifecycle.isFailed() ? "\ntold to look unhealthy" : "")
                            + (unmet.isEmpty() ? "" : "\nwaiting for " + String.join(", ", unmet)));
        });
    }

    private static Page quit(AdminParts parts) {
        return Page.changes("/quitquitquit", "end the program", request -> {
            if (!request.local()) {
                return AdminAnswer.problem(403, "only from this machine");
            }
            parts.lifecycle().quit();
            return AdminAnswer.ok();
        });
    }

    private static Page prometheusPage(AdminParts parts) {
        return Page.shows("/stats/prometheus", "statistics for Prometheus", request -> prometheus(parts, request));
    }

    private static AdminAnswer stats(AdminParts parts, AdminRequest request) {
        return switch (request.query().getOrDefault("format", "text")) {
            case "text", "" -> AdminAnswer.text(parts.stats().plain(choice(request)));
            case "prometheus" -> prometheus(parts, request);
            default -> AdminAnswer.problem(400, "format: expected text or prometheus");
        };
    }

    private static AdminAnswer prometheus(AdminParts parts, AdminRequest request) {
        return new AdminAnswer(
                200, StatsReader.PROMETHEUS_CONTENT_TYPE, parts.stats().prometheus(choice(request)));
    }

    private static StatsReader.Choice choice(AdminRequest request) {
        String filter = request.query().get("filter");
        if (filter == null || filter.isEmpty()) {
            return new StatsReader.Choice(null, request.has("usedonly"));
        }
        if (filter.length() > MAX_FILTER) {
            throw new IllegalArgumentException("filter: expected at most " + MAX_FILTER + " characters");
        }
        try {
            return new StatsReader.Choice(Pattern.compile(filter), request.has("usedonly"));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("filter: " + e.getMessage(), e);
        }
    }

    private static AdminAnswer listeners(AdminParts parts, AdminRequest request) {
        return request.asks("format", "json")
                ? AdminAnswer.json(ListenerTexts.json(parts.listeners().get()))
                : AdminAnswer.text(ListenerTexts.text(parts.listeners().get()));
    }

    private static AdminAnswer serverInfo(AdminParts parts) {
        Map<String, Object> info = new LinkedHashMap<>();
        String uptime = parts.lifecycle().uptime().toSeconds() + "s";
        info.put(
                "version",
                "weft/" + parts.version() + "/Java " + Runtime.version().feature());
        info.put("state", parts.lifecycle().stage().text());
        info.put("hot_restart_version", "disabled");
        info.put("command_line_options", Map.of("concurrency", parts.concurrency()));
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("id", parts.node().id());
        node.put("cluster", parts.node().cluster());
        node.put(
                "locality",
                Map.of(
                        "region", parts.node().region(),
                        "zone", parts.node().zone(),
                        "sub_zone", parts.node().subZone()));
        info.put("node", node);
        info.put("uptime_current_epoch", uptime);
        info.put("uptime_all_epochs", uptime);
        return AdminAnswer.json(info);
    }

    private static AdminAnswer memory() {
        MemoryUse use = MemoryUse.now();
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("allocated", Long.toString(use.allocated()));
        shown.put("heap_size", Long.toString(use.heap()));
        shown.put("direct", Long.toString(use.direct()));
        shown.put("resident", Long.toString(use.resident()));
        return AdminAnswer.json(shown);
    }

    private static AdminAnswer logging(LogLevels levels, AdminRequest request) {
        request.query().forEach((name, value) -> {
            switch (name) {
                case "level" -> levels.all(LogLevels.parse(value));
                case "paths" -> {
                    for (String pair : value.split(",", -1)) {
                        int colon = pair.lastIndexOf(':');
                        if (colon < 0) {
                            throw new IllegalArgumentException("paths: \"" + pair + "\": expected NAME:LEVEL");
                        }
                        levels.component(pair.substring(0, colon), LogLevels.parse(pair.substring(colon + 1)));
                    }
                }
                default -> levels.component(name, LogLevels.parse(value));
            }
        });
        StringBuilder out = new StringBuilder("active loggers:\n");
        levels.levels()
                .forEach((name, level) ->
                        out.append("  ").append(name).append(": ").append(level).append('\n'));
        return AdminAnswer.text(out.toString());
    }
}
