package io.weft.init.netns;

import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The back ends, each by the flags that choose it. */
enum BackendUnderTest {
    IPTABLES_NFT("--force-iptables-binary=nft"),
    IPTABLES_LEGACY("--force-iptables-binary=legacy"),
    NATIVE_NFT("--native-nftables");

    private final String flag;

    BackendUnderTest(String flag) {
        this.flag = flag;
    }

    String[] flags(String... more) {
        return Stream.concat(Stream.of(flag), Stream.of(more)).toArray(String[]::new);
    }

    /** Not every kernel has the legacy tables; that is no failure of the machine. */
    void requireIn(Namespace namespace) {
        if (this == IPTABLES_LEGACY) {
            Assumptions.assumeTrue(
                    namespace.tryExec("ip6tables-legacy", "-t", "nat", "-S").status() == 0,
                    "this kernel has no legacy iptables");
        }
    }
}
