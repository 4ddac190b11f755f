package io.weft.controlplane.serve;

import io.weft.controlplane.generate.ResourceType;
import java.util.List;
import java.util.Optional;

/**
 * A request of the state-of-the-world variant.
 *
 * @param names all names that the proxy wants from now on
 * @param version the version that the proxy has applied, also from an earlier stream, or empty
 * @param nonce the response that this answers, or empty
 * @param error why that response was refused, or empty when it was taken
 */
record SotwRequest(ResourceType type, List<String> names, String version, String nonce, Optional<String> error) {
    SotwRequest {
        names = List.copyOf(names);
    }
}
