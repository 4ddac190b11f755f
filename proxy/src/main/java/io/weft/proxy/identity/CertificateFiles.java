package io.weft.proxy.identity;

import java.nio.file.Path;

/**
 * Where others keep the workload's certificate. All PEM.
 *
 * @param chain leaf first
 * @param roots whom to trust
 */
public record CertificateFiles(Path chain, Path key, Path roots) {

    /** Istio's names: {@code cert-chain.pem}, {@code key.pem} and {@code root-cert.pem}. */
    public static CertificateFiles in(Path folder) {
        return new CertificateFiles(
                folder.resolve("cert-chain.pem"), folder.resolve("key.pem"), folder.resolve("root-cert.pem"));
    }
}
