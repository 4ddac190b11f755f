package io.weft.certs.identity;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The bundles that a verifier knows, at most one per trust domain. A root of one domain vouches for no other. */
public record TrustBundles(Map<TrustDomain, TrustBundle> byDomain) {
    public TrustBundles {
        byDomain = Map.copyOf(byDomain);
        byDomain.forEach((domain, bundle) -> {
            if (!domain.equals(bundle.trustDomain())) {
                throw new IllegalArgumentException(
                        "bundle of " + bundle.trustDomain() + " filed under trust domain " + domain);
            }
        });
    }

    /** @throws IllegalArgumentException when two bundles are of one trust domain */
    public static TrustBundles of(TrustBundle... bundles) {
        try {
            return new TrustBundles(
                    List.of(bundles).stream().collect(Collectors.toMap(TrustBundle::trustDomain, Function.identity())));
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException("two bundles for one trust domain; expected one with all its roots", e);
        }
    }

    public Optional<TrustBundle> of(TrustDomain domain) {
        return Optional.ofNullable(byDomain.get(domain));
    }
}
