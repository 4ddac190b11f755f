package io.weft.proxy.identity;

import io.weft.proxy.xds.SecretSource;
import java.util.Set;

/** The proxy's own identity as a source of secrets. */
public interface Identity extends SecretSource, AutoCloseable {

    /** The SDS name of the workload's certificate, as in Istio. */
    String CERTIFICATE = "default";

    /** The SDS name of the roots, as in Istio. */
    String ROOTS = "ROOTCA";

    @Override
    default Set<String> names() {
        return Set.of(CERTIFICATE, ROOTS);
    }

    /** Begins; to be called once, after those who want the secrets have subscribed. */
    void start();

    IdentityStatus status();

    /** Ends its timers. What was published stays with those who have it. */
    @Override
    void close();
}
