package io.weft.certs.service;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustDomain;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Message {@code istio.v1.auth.IstioCertificateResponse}: the leaf, then the intermediates, one PEM block each, and last
 * the roots, which Istio's agents and ours take as one text (field 1).
 */
public record CreateCertificateResponse(List<String> certChain) {
    private static final int CERT_CHAIN = 1;

    public CreateCertificateResponse {
        certChain = List.copyOf(certChain);
    }

    /** The answer for a chain that ends in one of the bundle's roots, or just before. */
    public static CreateCertificateResponse of(List<X509Certificate> chain, TrustBundle bundle) {
        List<String> entries = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            if (!bundle.contains(certificate)) {
                entries.add(Pem.encode(List.of(certificate)));
            }
        }
        entries.add(bundle.toPem());
        return new CreateCertificateResponse(entries);
    }

    /**
     * The leaf and the intermediates, without a root.
     *
     * @throws IllegalArgumentException when the answer is not of the form above
     */
    public List<X509Certificate> chain() {
        return Pem.certificates(String.join("\n", entries().subList(0, certChain.size() - 1)));
    }

    /** The roots that the authority tells its callers to trust. */
    public TrustBundle bundle(TrustDomain trustDomain) {
        return TrustBundle.parse(trustDomain, entries().getLast());
    }

    private List<String> entries() {
        if (certChain.size() < 2) {
            throw new IllegalArgumentException(
                    "cert_chain of " + certChain.size() + " entries; expected the leaf first and the roots last");
        }
        return certChain;
    }

    static CreateCertificateResponse read(CodedInputStream in) throws IOException {
        List<String> chain = new ArrayList<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == ((CERT_CHAIN << 3) | Wire.LENGTH_DELIMITED)) {
                chain.add(in.readStringRequireUtf8());
            } else {
                in.skipField(tag);
            }
        }
        return new CreateCertificateResponse(chain);
    }

    void write(CodedOutputStream out) throws IOException {
        for (String entry : certChain) {
            out.writeString(CERT_CHAIN, entry);
        }
    }
}
