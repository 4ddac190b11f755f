package io.weft.proxy;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The arguments by which a program gets its workload's identity. */
final class IdentityArguments {

    @Option(
            names = "--discovery-address",
            paramLabel = "HOST:PORT",
            description = "The control plane, which gives out certificates; wins over PROXY_CONFIG's discoveryAddress.")
    @Nullable
    String discoveryAddress;

    @Option(
            names = "--join-token-file",
            paramLabel = "FILE",
            description = "A join token made by `weft certs token`; WEFT_JOIN_TOKEN holds one itself.")
    @Nullable
    String joinTokenFile;

    @Option(
            names = "--output-certs",
            paramLabel = "DIR",
            description = "Keeps key.pem, cert-chain.pem and root-cert.pem there, for others and for the next start.")
    @Nullable
    String outputCerts;
}
