package io.weft.proxy.sidecar;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.identity.CertificateFiles;
import io.weft.proxy.identity.IssuedOptions;
import java.time.Duration;

/**
 * What a sidecar is started with.
 *
 * @param discovery the control plane's secure xDS address
 * @param serverName the DNS name that a control plane without a SPIFFE id must bear
 * @param controlPlaneId the SPIFFE id that the control plane must bear otherwise
 * @param delta the incremental variant of xDS
 * @param concurrency event loops; 0 for one per core granted
 * @param drainDuration how long connections may end by themselves when the proxy is told to stop
 * @param adminPort on the loopback address
 * @param statusPort of the health check that platforms ask
 * @param prometheusPort of the metrics that are scraped
 * @param agentPort of what Istio's agent answers: both, and the end
 */
public record SidecarOptions(
        Bootstrap.Node node,
        Address.Socket discovery,
        String serverName,
        String controlPlaneId,
        IdentityFrom identity,
        boolean delta,
        int concurrency,
        Duration drainDuration,
        int adminPort,
        int statusPort,
        int prometheusPort,
        int agentPort) {

    /** Where the workload's certificate comes from. */
    public sealed interface IdentityFrom {

        /** A certificate service. */
        record Issued(IssuedOptions options) implements IdentityFrom {}

        /** Files that others keep up to date. */
        record Mounted(CertificateFiles files) implements IdentityFrom {}
    }
}
