package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.Refusal;
import io.weft.certs.identity.TrustDomain;
import io.weft.proxy.tls.Forge.Made;
import io.weft.proxy.tls.Forge.Recipe;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which peers are let in, decided without a socket. */
class PeerTrustTest {
    private static final TrustDomain DOMAIN = new TrustDomain("td");
    private static final String ID = "spiffe://td/ns/a/sa/b";
    private static final Made ROOT = Forge.authority("CN=root").signedBy(null);
    // Well inside of the hour that forged certificates are valid for.
    private static final Instant NOW =
            ROOT.certificate().getNotBefore().toInstant().plus(Duration.ofMinutes(10));
    private static final Made OTHER_ROOT = Forge.authority("CN=other").signedBy(null);
    private static final Made NAMED_ROOT =
            Forge.authority("CN=named").withNames(Forge.uri("spiffe://td")).signedBy(null);

    static Stream<Arguments> spiffeRefusals() {
        Recipe good = Forge.leaf(Forge.uri(ID));
        return Stream.of(
                Arguments.of("G8: another root", good.signedBy(OTHER_ROOT), Refusal.UNTRUSTED_ISSUER),
                Arguments.of("G8: self-signed", good.signedBy(null), Refusal.UNTRUSTED_ISSUER),
                Arguments.of(
                        "F11: another trust domain",
                        Forge.leaf(Forge.uri("spiffe://elsewhere/ns/a/sa/b")).signedBy(ROOT),
                        Refusal.UNKNOWN_TRUST_DOMAIN),
                Arguments.of(
                        "G3: the id as a DNS name",
                        Forge.leaf(Forge.dns("td.ns.a.sa.b")).signedBy(ROOT),
                        Refusal.NOT_ONE_URI_NAME),
                Arguments.of(
                        "G5: two ids",
                        Forge.leaf(Forge.uri(ID), Forge.uri(ID + "c")).signedBy(ROOT),
                        Refusal.NOT_ONE_URI_NAME),
                Arguments.of(
                        "G6: only serverAuth",
                        good.withUsages(KeyPurposeId.id_kp_serverAuth).signedBy(ROOT),
                        Refusal.EXTENDED_KEY_USAGE),
                Arguments.of("G6: no usage", good.withUsages().signedBy(ROOT), Refusal.EXTENDED_KEY_USAGE),
                Arguments.of(
                        "G7: expired",
                        good.valid(NOW.minus(Duration.ofDays(2)), NOW.minusSeconds(1))
                                .signedBy(ROOT),
                        Refusal.EXPIRED),
                Arguments.of(
                        "G7: not yet valid",
                        good.valid(NOW.plusSeconds(60), NOW.plus(Duration.ofDays(1)))
                                .signedBy(ROOT),
                        Refusal.NOT_YET_VALID));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spiffeRefusals")
    void a_client_of_the_mesh_is_refused(String why, Made peer, Refusal expected) {
        PeerTrust trust = PeerTrust.of(ROOT.trust().rootsPem(), DOMAIN, PeerRole.CLIENT);
        assertRefused(trust, peer, ExpectedNames.ANYONE, expected);
    }

    static Stream<Arguments> pkixRefusals() {
        Recipe good = Forge.leaf(Forge.dns("db.example"));
        return Stream.of(
                Arguments.of("another root", good.signedBy(OTHER_ROOT), Refusal.UNTRUSTED_ISSUER),
                Arguments.of(
                        "G6: only clientAuth",
                        good.withUsages(KeyPurposeId.id_kp_clientAuth).signedBy(ROOT),
                        Refusal.EXTENDED_KEY_USAGE),
                Arguments.of(
                        "G7: expired",
                        good.valid(NOW.minus(Duration.ofDays(2)), NOW.minusSeconds(1))
                                .signedBy(ROOT),
                        Refusal.EXPIRED),
                Arguments.of("G7: RSA 1024", good.rsa(1024, "SHA256withECDSA").signedBy(ROOT), Refusal.WEAK_KEY),
                Arguments.of(
                        "G7: issued by a leaf",
                        good.signedBy(Forge.leaf(Forge.dns("evil.example")).signedBy(ROOT)),
                        Refusal.BROKEN_PATH),
                Arguments.of("another name", Forge.leaf(Forge.dns("x.example")).signedBy(ROOT), Refusal.OTHER_ID),
                Arguments.of(
                        "G3: the name as a URI",
                        Forge.leaf(Forge.uri("dns:db.example")).signedBy(ROOT),
                        Refusal.OTHER_ID),
                Arguments.of(
                        "the name only as common name",
                        new Recipe(
                                        "CN=db.example",
                                        List.of(),
                                        good.usages(),
                                        false,
                                        good.from(),
                                        good.until(),
                                        "EC",
                                        256,
                                        "SHA256withECDSA")
                                .signedBy(ROOT),
                        Refusal.OTHER_ID));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pkixRefusals")
    void a_server_outside_the_mesh_is_refused(String why, Made peer, Refusal expected) {
        PeerTrust trust = PeerTrust.of(ROOT.trust().rootsPem(), null, PeerRole.SERVER);
        assertRefused(trust, peer, ExpectedNames.host("db.example"), expected);
    }

    @Test
    void a_server_outside_the_mesh_is_known_by_a_name_in_its_certificate() throws Exception {
        PeerTrust trust = PeerTrust.of(ROOT.trust().rootsPem(), null, PeerRole.SERVER);
        Made intermediate = Forge.authority("CN=between").signedBy(ROOT);
        Made server = Forge.leaf(Forge.dns("*.example.com")).signedBy(intermediate);

        PeerCertificate peer = trust.verify(der(server.chain()), ExpectedNames.host("db.example.com"), NOW);

        assertThat(peer.id()).isNull();
        assertThat(peer.dnsNames()).containsExactly("*.example.com");
        assertThat(peer.pem()).isEqualTo(Pem.encode(List.of(server.certificate())));
    }

    @Test
    void a_certificate_behind_the_one_that_a_root_vouches_for_does_no_harm() throws Exception {
        PeerTrust trust = PeerTrust.of(ROOT.trust().rootsPem(), null, PeerRole.SERVER);
        Made server = Forge.leaf(Forge.dns("db.example.com")).signedBy(ROOT);
        List<X509Certificate> chain = new ArrayList<>(server.chain());
        chain.add(OTHER_ROOT.certificate());
        assertThat(trust.verify(der(chain), ExpectedNames.ANYONE, NOW).dnsNames())
                .containsExactly("db.example.com");
    }

    @Test
    void a_self_signed_server_is_trusted_only_as_its_own_root() throws Exception {
        Made server = Forge.leaf(Forge.dns("db.example")).signedBy(null);
        assertThat(PeerTrust.of(server.trust().rootsPem(), null, PeerRole.SERVER)
                        .verify(der(server.chain()), ExpectedNames.host("db.example"), NOW)
                        .dnsNames())
                .containsExactly("db.example");
        assertRefused(
                PeerTrust.of(ROOT.trust().rootsPem(), null, PeerRole.SERVER),
                server,
                ExpectedNames.ANYONE,
                Refusal.UNTRUSTED_ISSUER);
    }

    @Test
    @DisplayName("a root that names its trust domain vouches for no other, whatever we are")
    void a_root_vouches_for_its_own_domain_only() {
        PeerTrust trust = PeerTrust.of(NAMED_ROOT.trust().rootsPem(), new TrustDomain("mine"), PeerRole.CLIENT);
        assertRefused(
                trust,
                Forge.leaf(Forge.uri("spiffe://mine/ns/a/sa/b")).signedBy(NAMED_ROOT),
                ExpectedNames.ANYONE,
                Refusal.UNKNOWN_TRUST_DOMAIN);
    }

    @Test
    void roots_that_name_a_domain_demand_spiffe_peers_even_from_a_proxy_without_certificate() throws Exception {
        PeerTrust trust = PeerTrust.of(NAMED_ROOT.trust().rootsPem(), null, PeerRole.SERVER);
        Made server = Forge.leaf(Forge.uri(ID), Forge.dns("cp.example")).signedBy(NAMED_ROOT);
        assertThat(trust.verify(der(server.chain()), ExpectedNames.host("cp.example"), NOW)
                        .id())
                .hasToString(ID);
        assertRefused(
                trust,
                Forge.leaf(Forge.dns("cp.example")).signedBy(NAMED_ROOT),
                ExpectedNames.host("cp.example"),
                Refusal.NOT_ONE_URI_NAME);
    }

    @Test
    @DisplayName("G4")
    void a_name_with_a_zero_in_it_is_refused() {
        PeerTrust mesh = PeerTrust.of(ROOT.trust().rootsPem(), DOMAIN, PeerRole.CLIENT);
        assertThatThrownBy(() -> mesh.verify(
                        der(Forge.leaf(Forge.uri(ID + "\u0000.evil"))
                                .signedBy(ROOT)
                                .chain()),
                        ExpectedNames.ANYONE,
                        NOW))
                .isInstanceOf(PeerRefused.class);
        PeerTrust others = PeerTrust.of(ROOT.trust().rootsPem(), null, PeerRole.SERVER);
        assertThatThrownBy(() -> others.verify(
                        der(Forge.leaf(Forge.dns("db.example\u0000.evil"))
                                .signedBy(ROOT)
                                .chain()),
                        ExpectedNames.ANYONE,
                        NOW))
                .isInstanceOf(PeerRefused.class);
    }

    @Test
    @DisplayName("R10, R12: remembered peers are not remembered beyond their certificate")
    void a_peer_that_was_verified_before_is_refused_once_it_expires() throws Exception {
        PeerTrust trust = PeerTrust.of(ROOT.trust().rootsPem(), DOMAIN, PeerRole.CLIENT);
        Made peer = Forge.leaf(Forge.uri(ID)).signedBy(ROOT);
        PeerCertificate first = trust.verify(der(peer.chain()), ExpectedNames.ANYONE, NOW);
        assertThat(trust.verify(der(peer.chain()), ExpectedNames.ANYONE, NOW.plusSeconds(1)))
                .isSameAs(first);
        assertThatThrownBy(() -> trust.verify(
                        der(peer.chain()),
                        ExpectedNames.ANYONE,
                        first.notAfter().plusSeconds(1)))
                .asInstanceOf(type(PeerRefused.class))
                .returns(Refusal.EXPIRED, PeerRefused::refusal);
        assertThatThrownBy(() -> trust.verify(
                        der(peer.chain()),
                        ExpectedNames.ANYONE,
                        first.notBefore().minusSeconds(1)))
                .asInstanceOf(type(PeerRefused.class))
                .returns(Refusal.NOT_YET_VALID, PeerRefused::refusal);
    }

    @Test
    void a_remembered_peer_is_still_held_to_the_names_of_each_connection() throws Exception {
        PeerTrust trust = PeerTrust.of(ROOT.trust().rootsPem(), DOMAIN, PeerRole.CLIENT);
        Made peer = Forge.leaf(Forge.uri(ID)).signedBy(ROOT);
        trust.verify(der(peer.chain()), ExpectedNames.ANYONE, NOW);
        assertRefused(trust, peer, new ExpectedNames(List.of(Configs.uri(ID + "x"))), Refusal.OTHER_ID);
    }

    @Test
    @DisplayName("G7: chain of 20")
    void an_endless_chain_is_refused_before_it_is_read() {
        PeerTrust trust = PeerTrust.of(ROOT.trust().rootsPem(), null, PeerRole.SERVER);
        List<byte[]> chain = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            chain.add(new byte[] {1});
        }
        assertThatThrownBy(() -> trust.verify(chain, ExpectedNames.ANYONE, NOW))
                .asInstanceOf(type(PeerRefused.class))
                .returns(Refusal.TOO_LARGE, PeerRefused::refusal);
    }

    @Test
    void bytes_that_are_no_certificate_are_refused() {
        PeerTrust trust = PeerTrust.of(ROOT.trust().rootsPem(), null, PeerRole.SERVER);
        assertThatThrownBy(() -> trust.verify(List.of(new byte[] {1, 2, 3}), ExpectedNames.ANYONE, NOW))
                .asInstanceOf(type(PeerRefused.class))
                .returns(Refusal.MALFORMED, PeerRefused::refusal);
    }

    private static void assertRefused(PeerTrust trust, Made peer, ExpectedNames expected, Refusal refusal) {
        assertThatThrownBy(() -> trust.verify(der(peer.chain()), expected, NOW))
                .asInstanceOf(type(PeerRefused.class))
                .returns(refusal, PeerRefused::refusal);
    }

    private static List<byte[]> der(List<X509Certificate> chain) throws CertificateEncodingException {
        List<byte[]> der = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            der.add(certificate.getEncoded());
        }
        return der;
    }
}
