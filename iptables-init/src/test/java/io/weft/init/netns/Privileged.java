package io.weft.init.netns;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;

/** Whether tests may make network namespaces. Where CI=true they must be able to. */
final class Privileged {
    private Privileged() {}

    static void require() {
        Shell.Result tried = Shell.run(List.of(
                "sh", "-c", "n=weft-try-$$; ip netns add $n && ip netns del $n && command -v setpriv iptables nft"));
        boolean may = tried.status() == 0;
        if (!may && Objects.equals(System.getenv("CI"), "true")) {
            throw new AssertionError("CI=true, and this test cannot make a network namespace: " + tried);
        }
        Assumptions.assumeTrue(may, () -> "needs root, iproute2, iptables, nftables, util-linux: " + tried);
    }
}
