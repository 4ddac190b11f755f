package io.weft.certs;

import static io.weft.certs.testing.Crafted.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Authority;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.join.JoinToken;
import io.weft.certs.join.JoinTokens;
import io.weft.certs.join.Redemption.Redeemed;
import io.weft.certs.testing.Crafted;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertsMainTest {
    private static final String CART = "spiffe://cluster.local/ns/shop/sa/cart";

    @TempDir
    Path temp;

    private final Instant now = NOW;
    private String ca = "";

    private record Outcome(int status, String out, String err) {}

    @BeforeEach
    void nameTheFolder() {
        ca = temp.resolve("ca").toString();
    }

    @Test
    void root_makes_a_root_and_shows_it_the_second_time() {
        Outcome made = weft("root", "--dir", ca);
        Outcome found = weft("root", "--dir", ca);

        assertThat(made.status()).isZero();
        assertThat(made.out()).contains("made a root for cluster.local").contains("sha256");
        assertThat(found.status()).isZero();
        assertThat(found.out()).contains("found the authority of cluster.local");
        assertThat(found.out().lines().skip(1))
                .isEqualTo(made.out().lines().skip(1).toList());
    }

    @Test
    void a_token_from_the_command_line_is_redeemed_by_a_control_plane_on_the_same_folder() throws IOException {
        weft("root", "--dir", ca, "--trust-domain", "example.org");
        Authority controlPlane = Authority.open(Path.of(ca), new TrustDomain("example.org"), () -> now);

        Outcome token = weft("token", "--dir", ca, "--id", "spiffe://example.org/ns/shop/sa/cart", "--ttl", "90s");

        assertThat(token.err()).contains("good once until " + NOW.plusSeconds(90));
        assertThat(token.out().lines()).hasSize(1);
        assertThat(JoinToken.parse(token.out()).pin().root()).isEqualTo(controlPlane.rootFingerprint());
        assertThat(new JoinTokens(new AuthorityFolder(Path.of(ca)).tokens(), () -> now)
                        .redeem(token.out(), controlPlane.rootFingerprint()))
                .isEqualTo(new Redeemed(SpiffeId.parse("spiffe://example.org/ns/shop/sa/cart")));
    }

    @Test
    void issue_writes_files_that_inspect_finds_nothing_wrong_with() throws Exception {
        weft("root", "--dir", ca);
        Path out = temp.resolve("tls");

        Outcome issued = weft(
                "issue",
                "--dir",
                ca,
                "--id",
                CART,
                "--out",
                out.toString(),
                "--dns",
                "cart.shop",
                "--ip",
                "10.0.0.7",
                "--ttl",
                "1h");

        assertThat(issued.status()).as(issued.err()).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("key.pem"))))
                .isEqualTo("rw-------");
        X509Svid svid = X509Svid.parse(
                Files.readString(out.resolve("cert-chain.pem")), Files.readString(out.resolve("key.pem")));
        assertThat(svid.notAfter()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(svid.leaf().getSubjectAlternativeNames()).contains(List.of(2, "cart.shop"), List.of(7, "10.0.0.7"));

        Outcome inspected = weft(
                "inspect",
                "--bundle",
                out.resolve("root-cert.pem").toString(),
                out.resolve("cert-chain.pem").toString());
        assertThat(inspected.status()).as(inspected.out()).isZero();
        assertThat(inspected.out())
                .contains("spiffe id    " + CART)
                .contains("URI:" + CART + ", DNS:cart.shop")
                .contains("EC P-256")
                .contains("1h 0m left")
                .contains("problems: none");
    }

    @Test
    void inspect_names_what_is_wrong_and_exits_with_1() throws IOException {
        var root = Crafted.root("root");
        var bad = Crafted.leaf("https://example.org/x")
                .keys(Crafted.rsa(1024))
                .until(NOW.minusSeconds(60))
                .by(root);
        Path file = temp.resolve("bad.pem");
        Files.writeString(file, Pem.encode(bad.keys().getPrivate()) + Pem.encode(List.of(bad.certificate())));

        Outcome inspected = weft("inspect", file.toString());

        assertThat(inspected.status()).isEqualTo(1);
        assertThat(inspected.out())
                .contains("BAD_SPIFFE_ID")
                .contains("RSA 1024; expected EC P-256")
                .contains("1m 0s ago")
                .contains("expired at")
                .doesNotContain("PRIVATE KEY");
    }

    @Test
    void inspect_verifies_against_a_bundle_as_a_peer_would() throws IOException {
        var file = temp.resolve("leaf.pem");
        var roots = temp.resolve("roots.pem");
        Files.writeString(
                file, Pem.encode(List.of(Crafted.leaf().by(Crafted.root("ours")).certificate())));
        Files.writeString(roots, Pem.encode(List.of(Crafted.root("theirs").certificate())));

        Outcome inspected = weft("inspect", "--bundle", roots.toString(), file.toString());

        assertThat(inspected.status()).isEqualTo(1);
        assertThat(inspected.out()).containsOnlyOnce("not verified: UNTRUSTED_ISSUER");
    }

    @Test
    void bundle_prints_pem_for_programs_and_a_summary_for_people() {
        weft("root", "--dir", ca);

        Outcome bundle = weft("bundle", "--dir", ca);

        assertThat(Pem.certificates(bundle.out())).hasSize(1);
        assertThat(bundle.err()).contains("cluster.local: 1 root(s)").contains("(signs)");
    }

    @Test
    void what_cannot_be_done_is_one_line_and_status_1() {
        Outcome noFolder = weft("token", "--dir", ca, "--id", CART);
        assertThat(noFolder.status()).isEqualTo(1);
        assertThat(noFolder.err().lines()).hasSize(1);
        assertThat(noFolder.err()).contains("weft certs token: ").contains("weft certs root --dir " + ca);

        weft("root", "--dir", ca);
        Outcome foreign = weft("token", "--dir", ca, "--id", "spiffe://other.example/ns/a/sa/b");
        assertThat(foreign.status()).isEqualTo(1);
        assertThat(foreign.err()).contains("expected one in the trust domain cluster.local");

        Outcome noFile = weft("inspect", temp.resolve("none.pem").toString());
        assertThat(noFile.status()).isEqualTo(1);
        assertThat(noFile.err()).contains("none.pem: there is no such file");
    }

    @Test
    void wrong_arguments_are_named_with_what_was_expected_and_status_2() {
        Outcome badId = weft("token", "--dir", ca, "--id", "spiffe://cluster.local/a//b");
        assertThat(badId.status()).isEqualTo(2);
        assertThat(badId.err()).contains("'--id'").contains("empty segment");

        Outcome badTime = weft("token", "--dir", ca, "--id", CART, "--ttl", "10 min");
        assertThat(badTime.status()).isEqualTo(2);
        assertThat(badTime.err()).contains("'--ttl'").contains("as in 10m");

        assertThat(weft("root").status()).isEqualTo(2);
        assertThat(weft().status()).isEqualTo(2);
        assertThat(weft("nonsense").status()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"root", "token", "issue", "bundle", "inspect"})
    void help_explains_each_command_with_an_example(String command) {
        Outcome help = weft(command, "-h");
        assertThat(help.status()).isZero();
        assertThat(help.out()).contains("Example:").contains("weft certs " + command + " --");
        assertThat(weft("-h").out()).contains("  " + command);
    }

    private Outcome weft(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        InstantSource clock = () -> now;
        int status = CertsMain.run(new PrintWriter(out, true), new PrintWriter(err, true), clock, args);
        return new Outcome(status, out.toString(), err.toString());
    }
}
