package io.weft.certs.authority;

import static io.weft.certs.testing.Crafted.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Issuance.Issued;
import io.weft.certs.authority.Issuance.Reason;
import io.weft.certs.authority.Issuance.Refused;
import io.weft.certs.identity.KeyRules;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.Verification.Verified;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.key.SigningRequest;
import io.weft.certs.testing.Crafted;
import io.weft.certs.testing.CraftedRequest;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {
    private static final TrustDomain LOCAL = TrustDomain.DEFAULT;
    private static final SpiffeId CART = SpiffeId.workload(LOCAL, "shop", "cart");
    private static final SpiffeId ADMIN = SpiffeId.workload(LOCAL, "shop", "admin");

    private final Authority authority = Authority.inMemory(LOCAL, InstantSource.fixed(NOW));

    @ParameterizedTest
    @EnumSource(
            value = KeyAlgorithm.class,
            names = {"EC_P256", "EC_P384", "ED25519", "RSA_2048"})
    @DisplayName("T-01: the chain issued for an allowed key is accepted in both roles")
    void an_allowed_key_gets_a_chain_that_is_accepted_in_both_roles(KeyAlgorithm algorithm) {
        KeyPair keys = algorithm.generate();

        Issued issued = issued(SigningRequest.create(algorithm, keys, CART).toPem(), CART, Duration.ZERO);

        for (PeerRole role : PeerRole.values()) {
            assertThat(PeerVerifier.verify(issued.chain(), authority.bundle(), NOW, role))
                    .isEqualTo(new Verified(CART));
        }
        assertThat(X509Svid.of(issued.chain(), keys.getPrivate()).id()).isEqualTo(CART);
    }

    @Test
    void a_csr_that_asks_for_another_id_gets_only_the_callers_id() throws Exception {
        X509Certificate leaf = leaf(issued(csr(ADMIN), CART, Duration.ZERO));

        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(6, CART.toString()));
    }

    @Test
    void a_csr_that_asks_for_dns_names_a_ca_and_other_usages_gets_none_of_them() throws Exception {
        X509Certificate leaf = leaf(issued(CraftedRequest.greedy(), CART, Duration.ZERO));

        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(6, CART.toString()));
        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage())
                .containsExactlyInAnyOrder(PeerRole.CLIENT.usage(), PeerRole.SERVER.usage());
        assertThat(leaf.getKeyUsage()).containsOnlyOnce(true).startsWith(true);
    }

    @Test
    @DisplayName("RFC 5280 4.2.1.6: with an empty subject the names are critical; key identifiers chain")
    void the_profile_of_a_leaf_is_that_of_rfc_5280() {
        X509Certificate leaf = leaf(issued(csr(CART), CART, Duration.ZERO));

        assertThat(leaf.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.17", "2.5.29.19");
        assertThat(leaf.getNonCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.14", "2.5.29.35", "2.5.29.37");
        assertThat(leaf.getVersion()).isEqualTo(3);
    }

    @Test
    void serials_are_positive_of_128_bits_and_never_the_same() {
        Set<Object> serials = new HashSet<>();
        String csr = csr(CART);
        for (int i = 0; i < 50; i++) {
            var serial = leaf(issued(csr, CART, Duration.ZERO)).getSerialNumber();
            assertThat(serial.signum()).isEqualTo(1);
            assertThat(serial.bitLength()).isEqualTo(128);
            serials.add(serial);
        }
        assertThat(serials).hasSize(50);
    }

    @Test
    void without_a_wish_a_certificate_lives_24_hours_from_two_minutes_ago() {
        X509Certificate leaf = leaf(issued(csr(CART), CART, Duration.ZERO));

        assertThat(leaf.getNotBefore().toInstant()).isEqualTo(NOW.minus(Duration.ofMinutes(2)));
        assertThat(leaf.getNotAfter().toInstant()).isEqualTo(NOW.plus(Duration.ofHours(24)));
    }

    @Test
    void a_wish_for_ten_years_is_cut_to_90_days_and_a_short_one_is_granted() {
        assertThat(issued(csr(CART), CART, Duration.ofDays(3650)).notAfter()).isEqualTo(NOW.plus(Duration.ofDays(90)));
        assertThat(issued(csr(CART), CART, Duration.ofMinutes(1)).notAfter())
                .isEqualTo(NOW.plus(Duration.ofMinutes(1)));
        assertThat(issued(csr(CART), CART, Duration.ofSeconds(Long.MAX_VALUE)).notAfter())
                .isEqualTo(NOW.plus(Duration.ofDays(90)));
        assertRefused(authority.issue(csr(CART), CART, Duration.ofSeconds(-1)), Reason.BAD_LIFETIME);
    }

    @Test
    void no_certificate_outlives_its_issuer() {
        Instant end = NOW.plus(Duration.ofDays(1));
        Authority late = authorityOf(KeyAlgorithm.EC_P256.generate(), end.minus(Duration.ofHours(1)), end);
        Authority over = authorityOf(KeyAlgorithm.EC_P256.generate(), end.plus(Duration.ofSeconds(1)), end);

        assertThat(issued(late, csr(CART), CART, Duration.ofHours(5)).notAfter())
                .isEqualTo(end);
        assertRefused(over.issue(csr(CART), CART, Duration.ofHours(5)), Reason.AUTHORITY_EXPIRED);
    }

    @Test
    @DisplayName("6.1: no proof of possession, no certificate")
    void a_request_without_proof_of_possession_is_refused() {
        assertRefused(
                authority.issue(CraftedRequest.signedByAnother(), CART, Duration.ZERO), Reason.NO_PROOF_OF_POSSESSION);
        assertRefused(
                authority.issue(CraftedRequest.signedWithSha1(), CART, Duration.ZERO), Reason.NO_PROOF_OF_POSSESSION);
    }

    @Test
    @DisplayName("6.1: RSA-1024, P-224 and the authority's own key are refused")
    void keys_that_are_not_allowed_are_refused() {
        assertRefused(
                authority.issue(CraftedRequest.of(Crafted.rsa(1024)), CART, Duration.ZERO), Reason.KEY_NOT_ALLOWED);
        assertThat(authority.issue(CraftedRequest.p224(), CART, Duration.ZERO)).isInstanceOf(Refused.class);

        KeyPair stolen = KeyAlgorithm.EC_P256.generate();
        Authority own = authorityOf(stolen, NOW, NOW.plus(Duration.ofDays(1)));
        assertRefused(own.issue(CraftedRequest.of(stolen), CART, Duration.ZERO), Reason.KEY_OF_AUTHORITY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "hello", "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----"})
    void what_is_not_a_request_is_refused_not_thrown(String csr) {
        assertRefused(authority.issue(csr, CART, Duration.ZERO), Reason.MALFORMED);
    }

    @Test
    void giants_and_two_requests_at_once_are_refused() {
        assertRefused(authority.issue("x".repeat(40_000), CART, Duration.ZERO), Reason.MALFORMED);
        assertRefused(authority.issue(csr(CART) + csr(CART), CART, Duration.ZERO), Reason.MALFORMED);
        assertRefused(
                authority.issue(Pem.encode("CERTIFICATE REQUEST", new byte[20_000]), CART, Duration.ZERO),
                Reason.MALFORMED);
    }

    @Test
    void ids_of_another_trust_domain_or_without_a_path_are_not_given_out() {
        SpiffeId foreign = SpiffeId.parse("spiffe://other.example/ns/shop/sa/cart");
        assertRefused(authority.issue(csr(CART), foreign, Duration.ZERO), Reason.NOT_OUR_NAME);
        assertRefused(authority.issue(csr(CART), LOCAL.id(), Duration.ZERO), Reason.NOT_OUR_NAME);
    }

    @Test
    void only_the_owner_can_put_dns_names_beside_the_id() throws Exception {
        X509Svid svid = authority.issueOwn(
                KeyAlgorithm.EC_P256, SpiffeId.controlPlane(LOCAL), Duration.ZERO, Set.of("weft.weft-system.svc"));

        assertThat(svid.leaf().getSubjectAlternativeNames())
                .containsExactly(
                        List.of(6, SpiffeId.controlPlane(LOCAL).toString()), List.of(2, "weft.weft-system.svc"));
        assertThat(PeerVerifier.verify(svid.chain(), authority.bundle(), NOW, PeerRole.SERVER))
                .isEqualTo(new Verified(svid.id()));
        assertThat(svid.chainWithoutRoot()).containsExactly(svid.leaf());
        assertThatThrownBy(() -> authority.issueOwn(KeyAlgorithm.EC_P256, CART, Duration.ZERO, Set.of("*.example.com")))
                .hasMessageContaining("*.example.com");
    }

    @Test
    void the_owner_can_put_addresses_beside_the_id_and_it_is_still_a_svid() throws Exception {
        var names = new ServerNames(
                Set.of("weft.weft-system.svc"),
                Set.of(InetAddress.ofLiteral("fd00::15"), InetAddress.ofLiteral("10.0.0.15")));
        X509Svid svid = authority.issueOwn(KeyAlgorithm.EC_P256, SpiffeId.controlPlane(LOCAL), Duration.ZERO, names);

        assertThat(svid.leaf().getSubjectAlternativeNames())
                .containsExactly(
                        List.of(6, SpiffeId.controlPlane(LOCAL).toString()),
                        List.of(2, "weft.weft-system.svc"),
                        List.of(7, "10.0.0.15"),
                        List.of(7, "fd00:0:0:0:0:0:0:15"));
        assertThat(PeerVerifier.verify(svid.chain(), authority.bundle(), NOW, PeerRole.SERVER))
                .isEqualTo(new Verified(svid.id()));
        assertThatThrownBy(() -> new ServerNames(Set.of(), Set.of(InetAddress.ofLiteral("0.0.0.0"))))
                .hasMessageContaining("0.0.0.0");
    }

    @Test
    @DisplayName("6.2: a SVID never prints its key")
    void a_svid_never_prints_its_key() {
        X509Svid svid = authority.issueOwn(KeyAlgorithm.RSA_2048, CART, Duration.ZERO, Set.of());
        assertThat(svid.toString()).contains(CART.toString()).doesNotContain("key", "modulus");
        assertThat(KeyRules.describe(svid.leaf().getPublicKey())).isEqualTo("RSA 2048");
    }

    private static Authority authorityOf(KeyPair keys, Instant now, Instant end) {
        var root = Crafted.authority("root").keys(keys).until(end).selfSigned().certificate();
        var material = new SigningMaterial(List.of(root), keys.getPrivate(), TrustBundle.of(LOCAL, List.of(root)));
        return new Authority(LOCAL, material, Lifetimes.DEFAULT, InstantSource.fixed(now));
    }

    private static String csr(SpiffeId id) {
        return SigningRequest.create(KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P256.generate(), id)
                .toPem();
    }

    private Issued issued(String csr, SpiffeId caller, Duration lifetime) {
        return issued(authority, csr, caller, lifetime);
    }

    private static Issued issued(Authority authority, String csr, SpiffeId caller, Duration lifetime) {
        return switch (authority.issue(csr, caller, lifetime)) {
            case Issued issued -> issued;
            case Refused refused -> throw new AssertionError(refused.toString());
        };
    }

    private static X509Certificate leaf(Issued issued) {
        return issued.chain().getFirst();
    }

    private static void assertRefused(Issuance issuance, Reason reason) {
        assertThat(issuance)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason())
                                .as(refused.detail())
                                .isEqualTo(reason));
    }
}
