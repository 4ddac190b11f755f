package io.weft.examples.lab;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;

/** Whether tests may make network namespaces, and have these programs. Where CI=true they must. */
public final class Privileged {
    private Privileged() {}

    public static void require(String... programs) {
        Outcome tried = Command.run(List.of(
                "sh",
                "-c",
                "n=weft-try-$$; ip netns add $n && ip netns del $n && for p in setpriv setsid tcpdump curl "
                        + String.join(" ", programs)
                        + "; do command -v $p >/dev/null || { echo missing: $p; exit 1; }; done"));
        if (!tried.ok() && Objects.equals(System.getenv("CI"), "true")) {
            throw new AssertionError("CI=true, and this test cannot run: " + tried);
        }
        Assumptions.assumeTrue(tried.ok(), () -> "needs root, iproute2, util-linux, tcpdump, curl: " + tried);
    }
}
