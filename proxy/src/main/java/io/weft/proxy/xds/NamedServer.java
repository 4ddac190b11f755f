package io.weft.proxy.xds;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.SvidRules;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.Verification;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The control plane as a bootstrap file describes it: roots, and subject alternative names of which one must match. With
 * a URI among the names a server that bears a SPIFFE id must be a good workload; ordinary path validation decides about
 * every other (RFC 5280), which can then only match a name of another type.
 */
record NamedServer(String rootsPem, List<NameMatch> names, InstantSource clock) implements ServerCheck {

    /** Types of GeneralName (RFC 5280 section 4.2.1.6), as the JDK numbers them. */
    private static final int EMAIL = 1;

    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    NamedServer {
        names = List.copyOf(names);
    }

    @Override
    public void check(List<X509Certificate> chain) throws CertificateException {
        boolean uri = names.stream().anyMatch(name -> name.type() == NameType.URI);
        boolean other = names.stream().anyMatch(name -> name.type() != NameType.URI);
        boolean workload = uri && (!other || SvidRules.read(chain.getFirst()) instanceof Verification.Verified);
        if (workload) {
            workload(chain);
        } else {
            path(chain);
        }
        if (!names.isEmpty()
                && names.stream()
                        .filter(name -> workload || name.type() != NameType.URI)
                        .noneMatch(name -> matches(name, chain.getFirst()))) {
            throw new CertificateException("server is " + names(chain.getFirst()) + ": expected one of " + names);
        }
    }

    private void workload(List<X509Certificate> chain) throws CertificateException {
        if (!(SvidRules.read(chain.getFirst()) instanceof Verification.Verified(var id))) {
            throw new CertificateException("server is not a SPIFFE workload: " + SvidRules.read(chain.getFirst()));
        }
        TrustBundle bundle = TrustBundle.parse(id.trustDomain(), rootsPem);
        if (PeerVerifier.verify(chain, bundle, clock.instant(), PeerRole.SERVER) instanceof Verification.Refused no) {
            throw new CertificateException("server refused: " + no);
        }
    }

    private void path(List<X509Certificate> chain) throws CertificateException {
        try {
            KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
            roots.load(null, null);
            int number = 0;
            for (X509Certificate root : Pem.certificates(rootsPem)) {
                roots.setCertificateEntry("root" + number++, root);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(roots);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager x509) {
                    // The key exchange is not known here, and in TLS 1.3 is no matter of the certificate.
                    x509.checkServerTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
                    return;
                }
            }
            throw new CertificateException("this JVM cannot verify certificates");
        } catch (CertificateException e) {
            throw e;
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new CertificateException("roots cannot be used", e);
        }
    }

    private static boolean matches(NameMatch expected, X509Certificate leaf) {
        int type = switch (expected.type()) {
            case URI -> URI;
            case DNS -> DNS;
            case IP_ADDRESS -> IP;
            case EMAIL -> EMAIL;
        };
        return names(leaf).stream()
                .filter(name -> name.get(0).equals(type))
                .map(name -> String.valueOf(name.get(1)))
                .anyMatch(name -> matches(expected.match(), type, name));
    }

    private static boolean matches(StringMatch match, int type, String name) {
        return (type == DNS && match instanceof StringMatch.Exact exact)
                ? exact.text().equalsIgnoreCase(name)
                : match.matches(name);
    }

    private static Collection<List<?>> names(X509Certificate leaf) {
        try {
            @Nullable Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateException e) {
            return List.of();
        }
    }
}
