package io.weft.certs.identity;

import static io.weft.certs.testing.Crafted.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.asn1.Der;
import io.weft.certs.asn1.DerElement;
import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.Verification.Refused;
import io.weft.certs.identity.Verification.Verified;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.testing.Crafted;
import io.weft.certs.testing.Crafted.Made;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class PeerVerifierTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Made ROOT = Crafted.root("root");
    private static final TrustBundle BUNDLE = bundle("cluster.local", ROOT);

    @ParameterizedTest
    @EnumSource(PeerRole.class)
    void a_proper_leaf_of_the_root_is_its_spiffe_id_in_both_roles(PeerRole role) {
        assertVerified(PeerVerifier.verify(chain(Crafted.leaf().by(ROOT)), BUNDLE, NOW, role));
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyAlgorithm.class,
            names = {"EC_P256", "EC_P384", "ED25519", "RSA_2048"})
    void every_kind_of_key_that_may_be_asked_for_is_verified(KeyAlgorithm algorithm) {
        Made leaf = Crafted.leaf().keys(algorithm.generate()).by(ROOT);
        assertVerified(verify(leaf));

        Made root = Crafted.authority("other")
                .keys(algorithm.generate())
                .signedWith(algorithm.signature())
                .selfSigned();
        Made below = Crafted.leaf().signedWith(algorithm.signature()).by(root);
        assertVerified(PeerVerifier.verify(chain(below), bundle("cluster.local", root), NOW, PeerRole.CLIENT));
    }

    @Test
    void rsa_pss_is_verified_with_sha_2_and_refused_with_sha_1() {
        Made root = Crafted.authority("pss")
                .keys(Crafted.rsa(2048))
                .signedWith("SHA256withRSA")
                .selfSigned();
        TrustBundle bundle = bundle("cluster.local", root);
        Made good = Crafted.leaf().signedWith("SHA256withRSAandMGF1").by(root);
        Made weak = Crafted.leaf().signedWith("SHA1withRSAandMGF1").by(root);

        assertVerified(PeerVerifier.verify(chain(good), bundle, NOW, PeerRole.CLIENT));
        assertRefused(PeerVerifier.verify(chain(weak), bundle, NOW, PeerRole.CLIENT), Refusal.WEAK_SIGNATURE);
    }

    @Test
    @DisplayName("certificates of another library's class are verified like the JDK's own")
    void certificates_of_another_class_are_verified_like_the_jdks_own() throws Exception {
        var foreign = new JcaX509CertificateConverter().setProvider(new BouncyCastleProvider());
        Made middle = Crafted.authority("middle").by(ROOT);
        List<X509Certificate> chain = new ArrayList<>();
        for (Made made : List.of(Crafted.leaf().by(middle), middle, ROOT)) {
            chain.add(foreign.getCertificate(
                    new X509CertificateHolder(made.certificate().getEncoded())));
        }
        assertVerified(PeerVerifier.verify(chain, BUNDLE, NOW, PeerRole.SERVER));
    }

    @Test
    void intermediates_are_followed_with_and_without_the_root_in_the_chain() {
        Made first = Crafted.authority("first").by(ROOT);
        Made second = Crafted.authority("second").by(first);
        Made leaf = Crafted.leaf().by(second);

        assertVerified(verify(leaf, second, first));
        assertVerified(verify(leaf, second, first, ROOT));
        assertRefused(verify(leaf, first), Refusal.BROKEN_PATH);
        assertRefused(verify(leaf), Refusal.UNTRUSTED_ISSUER);
    }

    @Test
    void a_leaf_that_ended_a_while_ago_is_verified_as_of_its_end_within_the_grace_only() {
        Made leaf = Crafted.leaf().until(NOW.minusSeconds(60)).by(ROOT);

        assertRefused(verify(leaf), Refusal.EXPIRED);
        assertVerified(lapsed(Duration.ofSeconds(60), BUNDLE, leaf));
        assertRefused(lapsed(Duration.ofSeconds(59), BUNDLE, leaf), Refusal.EXPIRED);
        assertRefused(lapsed(Duration.ZERO, BUNDLE, leaf), Refusal.EXPIRED);
        assertVerified(lapsed(Duration.ZERO, BUNDLE, Crafted.leaf().by(ROOT)));
    }

    @Test
    void the_grace_is_for_the_leaf_alone() {
        Duration grace = Duration.ofDays(1);
        Made old = Crafted.authority("old").until(NOW.minusSeconds(30)).by(ROOT);
        assertRefused(
                lapsed(grace, BUNDLE, Crafted.leaf().until(NOW.minusSeconds(60)).by(old), old), Refusal.EXPIRED);
        assertRefused(lapsed(grace, BUNDLE, Crafted.leaf().by(old), old), Refusal.EXPIRED);

        Made oldRoot = Crafted.authority("root").until(NOW.minusSeconds(30)).selfSigned();
        Made below = Crafted.leaf().until(NOW.minusSeconds(60)).by(oldRoot);
        assertRefused(lapsed(grace, bundle("cluster.local", oldRoot), below), Refusal.EXPIRED);

        Made stranger = Crafted.root("stranger");
        assertThat(lapsed(
                        grace,
                        BUNDLE,
                        Crafted.leaf().until(NOW.minusSeconds(60)).by(stranger)))
                .isInstanceOf(Verification.Refused.class);
        assertThat(lapsed(
                        grace,
                        BUNDLE,
                        Crafted.leaf(Crafted.ID, Crafted.ID + "2")
                                .until(NOW.minusSeconds(60))
                                .by(ROOT)))
                .isInstanceOf(Verification.Refused.class);
    }

    private static Verification lapsed(Duration grace, TrustBundle bundle, Made... chain) {
        return PeerVerifier.verifyLapsed(chain(chain), bundle, NOW, PeerRole.CLIENT, grace);
    }

    static Stream<Arguments> brokenLeaves() {
        return Stream.of(
                Arguments.of("no URI name", Crafted.leaf(new String[0]).dns("cart.shop.svc"), Refusal.NOT_ONE_URI_NAME),
                Arguments.of("two URI names", Crafted.leaf(Crafted.ID, Crafted.ID + "2"), Refusal.NOT_ONE_URI_NAME),
                Arguments.of("the same URI name twice", Crafted.leaf(Crafted.ID, Crafted.ID), Refusal.NOT_ONE_URI_NAME),
                Arguments.of("G3 id as DNS name", Crafted.leaf(new String[0]).dns(Crafted.ID), null),
                Arguments.of("G3 id as e-mail", Crafted.leaf(new String[0]).email(Crafted.ID), null),
                Arguments.of("G3 id as otherName", Crafted.leaf(new String[0]).otherNameUtf8(Crafted.ID), null),
                Arguments.of("G4 id as BMPString", Crafted.leaf(new String[0]).otherNameBmp(Crafted.ID), null),
                Arguments.of("G4 zero byte", Crafted.leaf(Crafted.ID + "\0.evil"), null),
                Arguments.of("not SPIFFE", Crafted.leaf("https://cluster.local/ns/a"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("no path", Crafted.leaf("spiffe://cluster.local"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("upper case", Crafted.leaf("spiffe://Cluster.local/a"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("port", Crafted.leaf("spiffe://cluster.local:1/a"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("userinfo", Crafted.leaf("spiffe://u@cluster.local/a"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("query", Crafted.leaf("spiffe://cluster.local/a?b"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("dots", Crafted.leaf("spiffe://cluster.local/a/../b"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("double slash", Crafted.leaf("spiffe://cluster.local/a//b"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("slash at the end", Crafted.leaf("spiffe://cluster.local/a/"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("percent", Crafted.leaf("spiffe://cluster.local/a%41"), Refusal.BAD_SPIFFE_ID),
                Arguments.of("CA", Crafted.leaf().constraints(new BasicConstraints(true)), Refusal.LEAF_IS_CA),
                Arguments.of("no key usage", Crafted.leaf().usage(null), Refusal.KEY_USAGE),
                Arguments.of(
                        "no digitalSignature",
                        Crafted.leaf().usage(new KeyUsage(KeyUsage.keyEncipherment)),
                        Refusal.KEY_USAGE),
                Arguments.of(
                        "keyCertSign",
                        Crafted.leaf().usage(new KeyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)),
                        Refusal.KEY_USAGE),
                Arguments.of(
                        "cRLSign",
                        Crafted.leaf().usage(new KeyUsage(KeyUsage.digitalSignature | KeyUsage.cRLSign)),
                        Refusal.KEY_USAGE));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenLeaves")
    @DisplayName("G3, G4, G5: a leaf that is not a SVID is refused")
    void a_leaf_that_is_not_a_svid_is_refused(String name, Crafted leaf, @Nullable Refusal expected) {
        List<X509Certificate> chain;
        try {
            chain = chain(leaf.by(ROOT));
        } catch (IllegalArgumentException e) {
            assertThat(e).as(name).hasMessageContaining("malformed certificate");
            return;
        }
        Verification verification = PeerVerifier.verify(chain, BUNDLE, NOW, PeerRole.CLIENT);
        assertThat(verification).as(name).isInstanceOfSatisfying(Refused.class, refused -> {
            if (expected != null) {
                assertThat(refused.reason()).isEqualTo(expected);
            }
        });
    }

    @Test
    @DisplayName("G6: the extended key usage must allow the role, and its absence allows nothing")
    void the_extended_key_usage_must_allow_the_role() {
        var server = chain(Crafted.leaf().usedFor(KeyPurposeId.id_kp_serverAuth).by(ROOT));
        var client = chain(Crafted.leaf().usedFor(KeyPurposeId.id_kp_clientAuth).by(ROOT));
        var absent = chain(Crafted.leaf().usedFor().by(ROOT));
        var any = chain(Crafted.leaf().usedFor(KeyPurposeId.anyExtendedKeyUsage).by(ROOT));

        assertVerified(PeerVerifier.verify(server, BUNDLE, NOW, PeerRole.SERVER));
        assertVerified(PeerVerifier.verify(client, BUNDLE, NOW, PeerRole.CLIENT));
        for (var refused : List.of(
                PeerVerifier.verify(server, BUNDLE, NOW, PeerRole.CLIENT),
                PeerVerifier.verify(client, BUNDLE, NOW, PeerRole.SERVER),
                PeerVerifier.verify(absent, BUNDLE, NOW, PeerRole.CLIENT),
                PeerVerifier.verify(any, BUNDLE, NOW, PeerRole.CLIENT))) {
            assertRefused(refused, Refusal.EXTENDED_KEY_USAGE);
        }
    }

    @Test
    @DisplayName("G7: leaf, intermediate and root must all be valid now, to the second")
    void every_certificate_of_the_path_must_be_valid_now() {
        var over = NOW.minus(SECOND);
        var soon = NOW.plus(SECOND);
        assertVerified(verify(Crafted.leaf().until(NOW).by(ROOT)));
        assertVerified(verify(Crafted.leaf().from(NOW).by(ROOT)));
        assertRefused(verify(Crafted.leaf().until(over).by(ROOT)), Refusal.EXPIRED);
        assertRefused(verify(Crafted.leaf().from(soon).by(ROOT)), Refusal.NOT_YET_VALID);

        Made old = Crafted.authority("old").until(over).by(ROOT);
        assertRefused(verify(Crafted.leaf().by(old), old), Refusal.EXPIRED);

        Made oldRoot = Crafted.authority("old root").until(over).selfSigned();
        Made newRoot = Crafted.authority("new root").from(soon).selfSigned();
        TrustBundle both = bundle("cluster.local", oldRoot, newRoot);
        assertRefused(
                PeerVerifier.verify(chain(Crafted.leaf().by(oldRoot)), both, NOW, PeerRole.CLIENT), Refusal.EXPIRED);
        assertRefused(
                PeerVerifier.verify(chain(Crafted.leaf().by(newRoot)), both, NOW, PeerRole.CLIENT),
                Refusal.NOT_YET_VALID);
    }

    @Test
    @DisplayName("G7: an issuer that may not issue is refused")
    void an_issuer_that_may_not_issue_is_refused() {
        Made noCa = Crafted.authority("no ca")
                .constraints(new BasicConstraints(false))
                .by(ROOT);
        Made noConstraints = Crafted.authority("none").constraints(null).by(ROOT);
        Made noSign = Crafted.authority("no sign")
                .usage(new KeyUsage(KeyUsage.digitalSignature))
                .by(ROOT);
        Made short0 =
                Crafted.authority("short").constraints(new BasicConstraints(0)).by(ROOT);
        Made below = Crafted.authority("below").by(short0);
        Made version1 = Crafted.authority("v1").version1().by(ROOT);

        for (Made issuer : List.of(noCa, noConstraints, noSign)) {
            assertRefused(verify(Crafted.leaf().by(issuer), issuer), Refusal.BROKEN_PATH);
        }
        assertRefused(verify(Crafted.leaf().by(below), below, short0), Refusal.BROKEN_PATH);
        assertRefused(verify(Crafted.leaf().by(version1), version1), Refusal.MALFORMED);
    }

    @Test
    void the_path_length_of_the_root_itself_holds() {
        Made root =
                Crafted.authority("strict").constraints(new BasicConstraints(0)).selfSigned();
        Made middle = Crafted.authority("middle").by(root);
        TrustBundle bundle = bundle("cluster.local", root);

        assertVerified(PeerVerifier.verify(chain(Crafted.leaf().by(root)), bundle, NOW, PeerRole.CLIENT));
        assertThat(PeerVerifier.verify(chain(Crafted.leaf().by(middle), middle), bundle, NOW, PeerRole.CLIENT))
                .isInstanceOf(Refused.class);
    }

    @Test
    @DisplayName("G7: weak keys, weak hashes, odd serials and unknown critical extensions are refused")
    void weak_and_odd_certificates_are_refused() {
        assertRefused(verify(Crafted.leaf().keys(Crafted.rsa(1024)).by(ROOT)), Refusal.WEAK_KEY);
        assertRefused(verify(Crafted.leaf().signedWith("SHA1withECDSA").by(ROOT)), Refusal.WEAK_SIGNATURE);
        assertRefused(verify(Crafted.leaf().signedWith("SHA224withECDSA").by(ROOT)), Refusal.WEAK_SIGNATURE);
        assertRefused(verify(Crafted.leaf().serial(-5).by(ROOT)), Refusal.MALFORMED);
        assertRefused(verify(Crafted.leaf().serial(0).by(ROOT)), Refusal.MALFORMED);
        assertRefused(
                verify(Crafted.leaf()
                        .extension("1.3.6.1.4.1.99999.7", true, new byte[] {5, 0})
                        .by(ROOT)),
                Refusal.BROKEN_PATH);
        assertVerified(verify(Crafted.leaf()
                .extension("1.3.6.1.4.1.99999.7", false, new byte[] {5, 0})
                .by(ROOT)));
    }

    @Test
    @DisplayName("G7: a forged signature or a wrong authority key identifier is refused")
    void forged_signatures_and_wrong_key_identifiers_are_refused() {
        X509Certificate forged = Crafted.forged(Crafted.leaf().by(ROOT).certificate());
        assertRefused(PeerVerifier.verify(List.of(forged), BUNDLE, NOW, PeerRole.CLIENT), Refusal.BAD_SIGNATURE);

        Made impostor = Crafted.root("root");
        assertRefused(verify(Crafted.leaf().by(impostor)), Refusal.BAD_SIGNATURE);

        Made middle = Crafted.authority("middle").subjectKeyId(1, 2, 3).by(ROOT);
        assertVerified(verify(Crafted.leaf().authorityKeyId(1, 2, 3).by(middle), middle));
        assertRefused(verify(Crafted.leaf().authorityKeyId(1, 2, 4).by(middle), middle), Refusal.BROKEN_PATH);
    }

    @Test
    @DisplayName("G10: a signature has one form only: an s without its leading zero is refused")
    void a_signature_has_one_form_only() throws Exception {
        X509Certificate leaf;
        List<DerElement> numbers;
        do {
            leaf = Crafted.leaf().by(ROOT).certificate();
            numbers = DerElement.parse(leaf.getSignature()).children();
        } while (numbers.get(1).contents().remaining() != 33);
        byte[] s = numbers.get(1).bytes();
        byte[] signature = Der.sequence(
                Der.element(DerElement.INTEGER, numbers.get(0).bytes()),
                Der.element(DerElement.INTEGER, Arrays.copyOfRange(s, 1, s.length)));
        byte[] der = Der.sequence(
                leaf.getTBSCertificate(), Der.sequence(Der.oid("1.2.840.10045.4.3.2")), Der.bitString(signature));

        assertVerified(PeerVerifier.verify(List.of(leaf), BUNDLE, NOW, PeerRole.CLIENT));
        assertRefused(
                PeerVerifier.verify(List.of(Pem.certificate(der)), BUNDLE, NOW, PeerRole.CLIENT),
                Refusal.BAD_SIGNATURE);
    }

    @Test
    @DisplayName("G7: name constraints of an intermediate hold for the SPIFFE id")
    void name_constraints_of_an_intermediate_hold() {
        Made ours = Crafted.authority("ours").permitting("cluster.local").by(ROOT);
        Made theirs = Crafted.authority("theirs").permitting("other.example").by(ROOT);

        assertVerified(verify(Crafted.leaf().by(ours), ours));
        assertRefused(verify(Crafted.leaf().by(theirs), theirs), Refusal.BROKEN_PATH);
    }

    @Test
    @DisplayName("G7: chains of 20, cycles, giants and nothing at all are refused within 100 ms")
    void what_is_meant_to_exhaust_is_refused_at_once() {
        List<X509Certificate> twenty = new ArrayList<>();
        Made issuer = ROOT;
        for (int i = 0; i < 19; i++) {
            issuer = Crafted.authority("level " + i).by(issuer);
            twenty.addFirst(issuer.certificate());
        }
        twenty.addFirst(Crafted.leaf().by(issuer).certificate());
        Made a = Crafted.authority("a").selfSigned();
        Made b = Crafted.authority("b").by(a);
        Made again = Crafted.authority("a").keys(a.keys()).by(b);
        var cycle = chain(Crafted.leaf().by(a), again, b, again, b, again);
        Crafted many = Crafted.leaf();
        for (int i = 0; i < 2000; i++) {
            many.dns("host-" + i + ".example");
        }
        var giant = chain(many.by(ROOT));

        long start = System.nanoTime();
        assertRefused(PeerVerifier.verify(twenty, BUNDLE, NOW, PeerRole.CLIENT), Refusal.TOO_LARGE);
        assertRefused(PeerVerifier.verify(giant, BUNDLE, NOW, PeerRole.CLIENT), Refusal.TOO_LARGE);
        assertThat(PeerVerifier.verify(cycle, BUNDLE, NOW, PeerRole.CLIENT)).isInstanceOf(Refused.class);
        assertRefused(PeerVerifier.verify(List.of(), BUNDLE, NOW, PeerRole.CLIENT), Refusal.NO_CERTIFICATE);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(400));
    }

    @Test
    @DisplayName("T-11: the root of one trust domain does not vouch for the ids of another")
    void a_root_vouches_for_its_own_trust_domain_only() {
        Made otherRoot = Crafted.root("other");
        var bundles = TrustBundles.of(BUNDLE, bundle("other.example", otherRoot));
        var honest = chain(Crafted.leaf("spiffe://other.example/ns/a/sa/b").by(otherRoot));
        var crossed = chain(Crafted.leaf().by(otherRoot));
        var stranger = chain(Crafted.leaf("spiffe://third.example/ns/a/sa/b").by(ROOT));

        assertThat(PeerVerifier.verify(honest, bundles, NOW, PeerRole.CLIENT))
                .isEqualTo(new Verified(SpiffeId.parse("spiffe://other.example/ns/a/sa/b")));
        assertRefused(PeerVerifier.verify(crossed, bundles, NOW, PeerRole.CLIENT), Refusal.UNTRUSTED_ISSUER);
        assertRefused(PeerVerifier.verify(stranger, bundles, NOW, PeerRole.CLIENT), Refusal.UNKNOWN_TRUST_DOMAIN);
    }

    @Test
    @DisplayName("G8: through a change of root, each step accepts what it should and refuses what it must")
    void a_change_of_root_is_followed_step_by_step() {
        Made newRoot = Crafted.root("new");
        var oldLeaf = chain(Crafted.leaf().by(ROOT));
        var newLeaf = chain(Crafted.leaf().by(newRoot));
        TrustBundle both = BUNDLE.with(newRoot.certificate());
        TrustBundle after = both.without(Fingerprint.of(ROOT.certificate()));

        assertRefused(PeerVerifier.verify(newLeaf, BUNDLE, NOW, PeerRole.CLIENT), Refusal.UNTRUSTED_ISSUER);
        assertVerified(PeerVerifier.verify(oldLeaf, both, NOW, PeerRole.CLIENT));
        assertVerified(PeerVerifier.verify(newLeaf, both, NOW, PeerRole.CLIENT));
        assertVerified(PeerVerifier.verify(newLeaf, after, NOW, PeerRole.CLIENT));
        assertRefused(PeerVerifier.verify(oldLeaf, after, NOW, PeerRole.CLIENT), Refusal.UNTRUSTED_ISSUER);
    }

    @Test
    void a_root_is_not_accepted_as_a_leaf() {
        assertRefused(verify(ROOT), Refusal.NOT_ONE_URI_NAME);
    }

    private static Verification verify(Made... chain) {
        return PeerVerifier.verify(chain(chain), BUNDLE, NOW, PeerRole.CLIENT);
    }

    private static List<X509Certificate> chain(Made... chain) {
        return Stream.of(chain).map(Made::certificate).toList();
    }

    private static TrustBundle bundle(String domain, Made... roots) {
        return TrustBundle.of(new TrustDomain(domain), chain(roots));
    }

    private static void assertVerified(Verification verification) {
        assertThat(verification).isEqualTo(new Verified(SpiffeId.parse(Crafted.ID)));
    }

    private static void assertRefused(Verification verification, Refusal reason) {
        assertThat(verification)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason())
                                .as(refused.detail())
                                .isEqualTo(reason));
    }
}
