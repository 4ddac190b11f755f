package io.weft.controlplane;

import io.weft.certs.identity.TrustDomain;
import io.weft.controlplane.push.Debounce;
import io.weft.controlplane.serve.StreamLimits;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * All that a control plane is told at its start.
 *
 * @param config the watched folder
 * @param authority the folder of the certificate authority, made where there is none
 * @param tokens the folder of the join tokens
 * @param plaintext the port without TLS, for debugging on a machine of one's own; normally empty
 * @param certificateTtl how long a workload's certificate lives when it asks for nothing
 * @param renewalGrace how long after its end a certificate may still be renewed; zero for not at all
 * @param dnsNames names of the server's certificate besides its SPIFFE id
 * @param addresses further addresses of the server's certificate, besides those that it listens on
 * @param authorityRefresh how often the authority's folder is looked at for another root
 * @param grace how long streams may take to end when the control plane stops
 */
record Options(
        Path config,
        Path authority,
        Path tokens,
        TrustDomain trustDomain,
        ListenAddress secure,
        Optional<ListenAddress> plaintext,
        ListenAddress http,
        boolean accessLog,
        Duration certificateTtl,
        Duration renewalGrace,
        Set<String> dnsNames,
        Set<InetAddress> addresses,
        StreamLimits limits,
        Debounce debounce,
        Duration authorityRefresh,
        Duration grace) {}
