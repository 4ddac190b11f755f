package io.weft.examples.lab;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A pod's running sidecar, as its operator sees it: the admin interface and the log. */
public final class Sidecar {
    private static final String ADMIN = "http://127.0.0.1:15000";
    private static final String READY = "http://127.0.0.1:15021/healthz/ready";

    private static final Pattern SERIAL = Pattern.compile("\"serial_number\":\\s*\"([0-9a-fA-F]+)\"");

    private final Pod pod;
    private final Program program;

    Sidecar(Pod pod, Program program) {
        this.pod = pod;
        this.program = program;
    }

    public Pod pod() {
        return pod;
    }

    public Program program() {
        return program;
    }

    /** A page of the admin interface, such as {@code /certs}. */
    public String admin(String path) {
        return admin(path, "GET");
    }

    /** Asks for a change by the admin interface. */
    public String post(String path) {
        return admin(path, "POST");
    }

    private String admin(String path, String method) {
        Outcome page = pod.look("curl", "-sSf", "-X", method, "--max-time", "5", ADMIN + path);
        if (!page.ok()) {
            throw program.failure("does not show " + path + ": " + page);
        }
        return page.out();
    }

    /** The serial numbers that its admin interface shows, of its own certificate, of what stands behind it, and of the roots. */
    public Set<String> serials() {
        String page = admin("/certs");
        Set<String> serials = SERIAL.matcher(page)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        if (serials.isEmpty()) {
            throw new LabException(pod + " shows no certificate: " + page);
        }
        return serials;
    }

    /** Whether it says that it has certificates and configuration. */
    public boolean ready() {
        Outcome asked = pod.look("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "2", READY);
        return asked.text().equals("200");
    }

    /** @throws LabException with the end of its log when it ends, or is not ready at the deadline */
    public Sidecar awaitReady(Duration limit) {
        boolean ready = Await.that(limit, () -> {
            if (!program.alive()) {
                throw program.failure("ended before it was ready");
            }
            return ready();
        });
        if (!ready) {
            throw program.failure("is not ready after " + limit.toSeconds() + " s");
        }
        return this;
    }

    /** The lines of its log that contain all of these, as many as there are by now. */
    public List<String> lines(String... parts) {
        return program.log()
                .lines()
                .filter(line -> List.of(parts).stream().allMatch(line::contains))
                .toList();
    }

    /** Waits for such a line; lines of the access log come when a request or connection has ended. */
    public String awaitLine(Duration limit, String... parts) {
        return Await.value(limit, () -> lines(parts).stream().findFirst())
                .orElseThrow(() -> program.failure("did not log a line with " + String.join(" and ", parts)));
    }
}
