package io.weft.proxy.identity;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.asn1.Pem;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.join.JoinTokens;
import io.weft.certs.rotation.SvidRotation;
import io.weft.proxy.config.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IssuedIdentityTest {

    private static final SpiffeId ID = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart");
    private static final SpiffeId OTHER = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "till");
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private final ManualSchedule time = new ManualSchedule();
    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, time);
    private final FakeIssuer issuer = new FakeIssuer(authority, ID);
    private final List<Map<String, Secret>> published = new ArrayList<>();
    private final Counts counts = new Counts();
    private String token = "";

    @BeforeEach
    void aToken() throws Exception {
        token = newToken(ID);
    }

    @Test
    void the_first_certificate_is_had_by_the_join_token() {
        IssuedIdentity identity = started(SvidFolder.NONE);

        assertThat(issuer.asked).hasSize(1);
        assertThat(issuer.asked.getFirst().credentials()).isInstanceOf(Credentials.Join.class);
        assertThat(current()).containsOnlyKeys("default", "ROOTCA");
        assertThat(Pem.certificates(certificate().chainPem())).hasSize(1);
        assertThat(current().get("ROOTCA"))
                .isEqualTo(new Secret.Trust(authority.bundle().toPem()));
        assertThat(identity.status().state()).isEqualTo(IdentityStatus.State.CERTIFIED);
        assertThat(identity.status().id()).isEqualTo(ID.toString());
    }

    @Test
    @DisplayName("6.2: the key is made here and is in nothing that is sent")
    void the_key_is_not_in_the_request() {
        started(SvidFolder.NONE);

        byte[] sent = Pem.blocks(issuer.asked.getFirst().csr()).getFirst().der();
        byte[] scalar =
                ((ECPrivateKey) Pem.privateKey(certificate().keyPem())).getS().toByteArray();
        int from = scalar[0] == 0 ? 1 : 0;
        assertThat(contains(sent, java.util.Arrays.copyOfRange(scalar, from, scalar.length)))
                .isFalse();
    }

    @Test
    void when_the_answer_to_the_first_request_is_lost_the_next_one_is_for_the_same_key() {
        issuer.down = "DEADLINE_EXCEEDED";
        started(SvidFolder.NONE);
        time.advance(Duration.ofSeconds(2));
        issuer.down = null;
        time.advance(Duration.ofMinutes(1));

        assertThat(current()).containsKey("default");
        assertThat(issuer.asked).hasSizeGreaterThan(2);
        assertThat(issuer.asked.stream().map(FakeIssuer.Asked::key).distinct()).hasSize(1);
    }

    @Test
    void a_process_that_ended_before_the_first_answer_leaves_its_key_to_the_next_one() throws Exception {
        Path kept = folder.resolve("svid");
        issuer.down = "DEADLINE_EXCEEDED";
        started(new SvidFolder(kept));
        time.close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept.resolve("joining.pem"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(kept.resolve("joining.pem"))).doesNotContain(token);

        issuer.down = null;
        started(new SvidFolder(kept));
        assertThat(current()).containsKey("default");
        assertThat(issuer.asked.stream().map(FakeIssuer.Asked::key).distinct()).hasSize(1);
        assertThat(kept.resolve("joining.pem")).doesNotExist();
    }

    @Test
    void what_another_token_was_shown_with_is_not_used_for_this_one() throws Exception {
        Path kept = folder.resolve("svid");
        issuer.down = "DEADLINE_EXCEEDED";
        started(new SvidFolder(kept));
        time.close();
        token = newToken(ID);
        started(new SvidFolder(kept));

        assertThat(issuer.asked.getLast().key())
                .isNotEqualTo(issuer.asked.getFirst().key());
    }

    @Test
    void another_token_is_shown_with_another_key() throws Exception {
        issuer.down = "UNAVAILABLE";
        started(SvidFolder.NONE);
        token = newToken(ID);
        time.advance(Duration.ofSeconds(2));

        assertThat(issuer.asked.getLast().key())
                .isNotEqualTo(issuer.asked.getFirst().key());
    }

    @Test
    @DisplayName("R9: renewed at half of life by the certificate itself, with a new key")
    void it_is_renewed_at_half_of_life() {
        started(SvidFolder.NONE);
        Secret.Certificate first = certificate();
        time.advance(Duration.ofMinutes(29));
        assertThat(issuer.asked).hasSize(1);

        time.advance(Duration.ofMinutes(2));
        assertThat(issuer.asked).hasSize(2);
        assertThat(issuer.asked.getLast().credentials()).isInstanceOf(Credentials.Current.class);
        assertThat(certificate().keyPem()).isNotEqualTo(first.keyPem());
        assertThat(published.subList(1, published.size()))
                .as("nothing was withdrawn in between")
                .hasSize(2)
                .allMatch(map -> map.containsKey("default"));
    }

    @Test
    @DisplayName("R10: the last good one serves until it ends, then none does; recovered at most 5 s after the CA")
    void at_its_end_without_renewal_the_certificate_is_withdrawn() {
        IssuedIdentity identity = started(SvidFolder.NONE);
        issuer.down = "UNAVAILABLE";
        time.advance(Duration.ofMinutes(59));
        assertThat(current()).containsKey("default");
        assertThat(identity.status().state()).isEqualTo(IdentityStatus.State.RETRYING);
        assertThat(identity.status().lastError()).isEqualTo("UNAVAILABLE");

        time.advance(Duration.ofMinutes(2));
        assertThat(current()).containsOnlyKeys("ROOTCA");
        assertThat(identity.status().state()).isEqualTo(IdentityStatus.State.EXPIRED);
        assertThat(counts.expired).isEqualTo(1);

        issuer.down = null;
        time.advance(Duration.ofSeconds(5));
        assertThat(current()).containsOnlyKeys("default", "ROOTCA");
        assertThat(identity.status().state()).isEqualTo(IdentityStatus.State.CERTIFIED);
    }

    @Test
    @DisplayName("R12: a clock that jumps past the end is noticed though the timers know nothing of it")
    void a_clock_set_forward_withdraws_what_it_ends() {
        started(SvidFolder.NONE);
        issuer.down = "UNAVAILABLE";
        time.step(Duration.ofHours(26));
        time.advance(Duration.ofSeconds(31));

        assertThat(current()).doesNotContainKey("default");
    }

    @Test
    void when_the_certificate_is_over_a_new_token_is_taken_if_there_is_one() throws Exception {
        started(SvidFolder.NONE);
        issuer.down = "UNAVAILABLE";
        time.advance(Duration.ofHours(2));
        assertThat(issuer.asked.getLast().credentials())
                .as("the token is spent")
                .isInstanceOf(Credentials.Current.class);

        token = newToken(ID);
        issuer.down = null;
        time.advance(Duration.ofSeconds(5));
        assertThat(issuer.asked.getLast().credentials()).isInstanceOf(Credentials.Join.class);
        assertThat(current()).containsKey("default");
    }

    @Test
    void without_a_token_nobody_is_asked_and_the_status_says_what_is_missing() {
        token = "";
        IssuedIdentity identity = started(SvidFolder.NONE);

        assertThat(issuer.asked).isEmpty();
        assertThat(identity.status().lastError()).isEqualTo("no join token");
        assertThat(identity.status().state()).isEqualTo(IdentityStatus.State.NONE);
    }

    @Test
    void a_token_of_another_workload_is_not_shown_to_anybody() throws Exception {
        token = newToken(OTHER);
        IssuedIdentity identity = started(SvidFolder.NONE);

        assertThat(issuer.asked).isEmpty();
        assertThat(identity.status().lastError()).isEqualTo("join token is for " + OTHER + ": expected one for " + ID);
    }

    @Test
    void a_certificate_of_another_id_is_not_used() {
        issuer.caller = OTHER;
        IssuedIdentity identity = started(SvidFolder.NONE);

        assertThat(current()).isEmpty();
        assertThat(identity.status().lastError()).contains(OTHER + ": expected " + ID);
        assertThat(counts.failed).isEqualTo(1);
    }

    @Test
    @DisplayName("R11: a new root in the bundle is told as soon as a renewal brings it")
    void a_new_root_comes_with_the_next_renewal() {
        started(SvidFolder.NONE);
        Authority next = Authority.inMemory(TrustDomain.DEFAULT, time);
        issuer.authority = authority.trusting(authority.bundle().with(next.root()));
        time.advance(Duration.ofMinutes(31));

        assertThat(current().get("ROOTCA"))
                .isEqualTo(new Secret.Trust(issuer.authority.bundle().toPem()));
    }

    @Test
    @DisplayName("R11: roots that the control plane tells are in force at once, and kept for the next start")
    void new_roots_are_in_force_as_soon_as_they_are_told() {
        IssuedIdentity identity = started(new SvidFolder(folder.resolve("svid")));
        Secret.Certificate before = certificate();
        TrustBundle both = authority
                .bundle()
                .with(Authority.inMemory(TrustDomain.DEFAULT, time).root());

        assertThat(identity.followed()).containsExactly("ROOTCA");
        identity.told("ROOTCA", new Secret.Trust(both.toPem()));
        assertThat(current().get("ROOTCA")).isEqualTo(new Secret.Trust(both.toPem()));
        assertThat(certificate()).isEqualTo(before);
        assertThat(issuer.asked).as("nothing was asked for").hasSize(1);
        assertThat(folder.resolve("svid").resolve("root-cert.pem")).hasContent(both.toPem());

        identity.told("ROOTCA", new Secret.Trust("nonsense"));
        identity.told("default", new Secret.Certificate("chain", "key"));
        assertThat(current().get("ROOTCA")).isEqualTo(new Secret.Trust(both.toPem()));
        assertThat(certificate()).isEqualTo(before);
    }

    @Test
    void roots_that_were_told_after_a_request_win_over_those_in_its_answer() {
        IssuedIdentity identity = started(SvidFolder.NONE);
        TrustBundle both = authority
                .bundle()
                .with(Authority.inMemory(TrustDomain.DEFAULT, time).root());
        issuer.before = () -> identity.told("ROOTCA", new Secret.Trust(both.toPem()));
        time.advance(Duration.ofMinutes(31));

        assertThat(issuer.asked).hasSize(2);
        assertThat(current().get("ROOTCA")).isEqualTo(new Secret.Trust(both.toPem()));

        issuer.before = () -> {};
        time.advance(HOUR);
        assertThat(current().get("ROOTCA"))
                .isEqualTo(new Secret.Trust(authority.bundle().toPem()));
    }

    @Test
    void a_restart_renews_by_what_was_kept_since_the_token_is_spent() throws Exception {
        started(new SvidFolder(folder.resolve("svid")));
        Secret.Certificate before = certificate();
        for (String name : List.of("svid.pem", "key.pem")) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(folder.resolve("svid").resolve(name))))
                    .isEqualTo("rw-------");
        }
        token = "";
        published.clear();

        started(new SvidFolder(folder.resolve("svid")));
        assertThat(issuer.asked).as("not asked again").hasSize(1);
        assertThat(certificate()).isEqualTo(before);
        time.advance(HOUR.dividedBy(2).plusMinutes(2));
        assertThat(issuer.asked.getLast().credentials()).isInstanceOf(Credentials.Current.class);
    }

    @Test
    void what_was_kept_does_not_serve_once_it_is_over_but_buys_the_next_certificate() {
        started(new SvidFolder(folder.resolve("svid")));
        published.clear();
        time.close();
        time.advance(HOUR.multipliedBy(2));
        issuer.down = "UNAVAILABLE";
        issuer.asked.clear();

        // The file with the token is still there, but that was spent by the process before.
        IssuedIdentity identity = started(new SvidFolder(folder.resolve("svid")));
        assertThat(published).allMatch(secrets -> !secrets.containsKey("default"));
        assertThat(identity.status().state()).isEqualTo(IdentityStatus.State.NONE);
        assertThat(issuer.asked.getFirst().credentials()).isInstanceOf(Credentials.Current.class);

        issuer.down = null;
        time.advance(Duration.ofSeconds(5));
        assertThat(current()).containsOnlyKeys("default", "ROOTCA");
    }

    @Test
    void when_nothing_comes_of_the_certificate_that_is_over_the_token_has_its_turn() {
        started(new SvidFolder(folder.resolve("svid")));
        time.close();
        time.advance(HOUR.multipliedBy(2));
        issuer.down = "UNAUTHENTICATED";
        issuer.asked.clear();

        started(new SvidFolder(folder.resolve("svid")));
        time.advance(Duration.ofSeconds(15));
        assertThat(issuer.asked).hasSizeGreaterThan(3);
        for (int i = 0; i < 4; i++) {
            assertThat(issuer.asked.get(i).credentials())
                    .isInstanceOf(i % 2 == 0 ? Credentials.Current.class : Credentials.Join.class);
        }
    }

    private IssuedIdentity started(SvidFolder kept) {
        IssuedIdentity identity = new IssuedIdentity(
                issuer,
                new Attestation.Joining(ID, () -> token),
                ID,
                Duration.ZERO,
                new SvidRotation(),
                kept,
                time,
                () -> 0.5,
                counts);
        identity.subscribe(published::add);
        identity.start();
        return identity;
    }

    private Map<String, Secret> current() {
        return published.getLast();
    }

    private Secret.Certificate certificate() {
        return (Secret.Certificate) requireNonNull(current().get("default"));
    }

    private String newToken(SpiffeId id) throws Exception {
        return new JoinTokens(folder.resolve("tokens"), time)
                .create(id, Duration.ofMinutes(10), authority.rootFingerprint())
                .text();
    }

    private static boolean contains(byte[] all, byte[] part) {
        String hex = java.util.HexFormat.of().formatHex(all);
        return hex.contains(java.util.HexFormat.of().formatHex(part))
                || new String(all, java.nio.charset.StandardCharsets.ISO_8859_1)
                        .contains(Base64.getEncoder().encodeToString(part));
    }

    private static final class Counts implements IdentityMetrics {
        int failed;
        int expired;

        @Override
        public void failed() {
            failed++;
        }

        @Override
        public void expired() {
            expired++;
        }

        @Override
        public void installed(Instant notAfter) {}
    }
}
