package io.weft.certs.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.testing.Crafted;
import io.weft.certs.testing.Crafted.Made;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.junit.jupiter.api.Test;

class TrustBundleTest {
    private static final TrustDomain LOCAL = TrustDomain.DEFAULT;

    private final Made first = Crafted.root("first");
    private final Made second = Crafted.root("second");

    @Test
    void a_bundle_survives_its_own_pem_in_order() {
        var bundle = TrustBundle.of(LOCAL, List.of(first.certificate(), second.certificate()));

        TrustBundle read = TrustBundle.parse(LOCAL, "# comment\n" + bundle.toPem());

        assertThat(read).isEqualTo(bundle);
        assertThat(read.fingerprints())
                .containsExactly(Fingerprint.of(first.certificate()), Fingerprint.of(second.certificate()));
    }

    @Test
    void a_root_more_and_a_root_less_leave_the_original_as_it_was() {
        var one = TrustBundle.of(LOCAL, List.of(first.certificate()));
        var two = one.with(second.certificate()).with(second.certificate());

        assertThat(one.roots()).hasSize(1);
        assertThat(two.roots()).hasSize(2);
        assertThat(two.without(Fingerprint.of(second.certificate()))).isEqualTo(one);
        assertThatThrownBy(() -> one.without(Fingerprint.of(first.certificate())))
                .hasMessageContaining("0 roots");
    }

    @Test
    void what_is_not_a_usable_root_is_refused_with_its_name() {
        Made leaf = Crafted.leaf().by(first);
        Made noCa = Crafted.authority("no ca")
                .constraints(new BasicConstraints(false))
                .selfSigned();
        Made constrained =
                Crafted.authority("constrained").permitting("a.example").selfSigned();
        Made weak = Crafted.authority("weak")
                .keys(Crafted.rsa(1024))
                .signedWith("SHA256withRSA")
                .selfSigned();

        assertThatThrownBy(() -> TrustBundle.of(LOCAL, List.of(leaf.certificate())))
                .hasMessageContaining("not a CA");
        assertThatThrownBy(() -> TrustBundle.of(LOCAL, List.of(noCa.certificate())))
                .hasMessageContaining("CN=no ca");
        assertThatThrownBy(() -> TrustBundle.of(LOCAL, List.of(constrained.certificate())))
                .hasMessageContaining("name constraints");
        assertThatThrownBy(() -> TrustBundle.of(LOCAL, List.of(weak.certificate())))
                .hasMessageContaining("RSA 1024");
        assertThatThrownBy(() -> TrustBundle.parse(LOCAL, "nothing")).hasMessageContaining("no CERTIFICATE block");
    }

    @Test
    void the_same_root_twice_counts_once() {
        assertThat(TrustBundle.of(LOCAL, Collections.nCopies(65, first.certificate()))
                        .roots())
                .hasSize(1);
    }

    @Test
    void a_trust_domain_has_one_bundle() {
        var one = TrustBundle.of(LOCAL, List.of(first.certificate()));
        var other = TrustBundle.of(LOCAL, List.of(second.certificate()));
        assertThatThrownBy(() -> TrustBundles.of(one, other)).hasMessageContaining("two bundles");
    }
}
