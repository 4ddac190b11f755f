package io.weft.proxy;

import io.weft.proxy.bootstrap.Arguments;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The arguments by which a program gets its workload's identity. */
final class IdentityArguments {

    private final OptionSpec discoveryAddress = Arguments.option(
                    "HOST:PORT",
                    "The control plane, which gives out certificates; wins over PROXY_CONFIG's discoveryAddress.",
                    "--discovery-address")
            .build();
    private final OptionSpec joinTokenFile = Arguments.option(
                    "FILE",
                    "A join token made by `weft certs token`; WEFT_JOIN_TOKEN holds one itself.",
                    "--join-token-file")
            .build();
    private final OptionSpec outputCerts = Arguments.option(
                    "DIR",
                    "Keeps key.pem, cert-chain.pem and root-cert.pem there, for others and for the next start.",
                    "--output-certs")
            .build();

    IdentityArguments(CommandSpec spec) {
        List.of(discoveryAddress, joinTokenFile, outputCerts).forEach(spec::addOption);
    }

    @Nullable
    String discoveryAddress() {
        return discoveryAddress.getValue();
    }

    @Nullable
    String joinTokenFile() {
        return joinTokenFile.getValue();
    }

    @Nullable
    String outputCerts() {
        return outputCerts.getValue();
    }
}
