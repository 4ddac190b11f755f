package io.weft.certs.join;

import static io.weft.certs.testing.Crafted.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.Verification;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.join.Redemption.Reason;
import io.weft.certs.join.Redemption.Redeemed;
import io.weft.certs.join.Redemption.Refused;
import io.weft.certs.key.KeyAlgorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoinTokensTest {
    private static final SpiffeId CART = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart");
    private static final SpiffeId ADMIN = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "admin");
    private static final Fingerprint ROOT = new Fingerprint("ab".repeat(32));
    private static final Fingerprint KEY = new Fingerprint("cd".repeat(32));
    private static final Fingerprint OTHER_KEY = new Fingerprint("ef".repeat(32));

    @TempDir
    Path folder;

    private Instant now = NOW;
    private final InstantSource clock = () -> now;

    @Test
    @DisplayName("V-02: a token is good once, for the one id it was made for")
    void a_token_is_good_once_for_its_id() throws IOException {
        String text = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT).text();

        assertThat(tokens().redeem(text, KEY)).isEqualTo(new Redeemed(CART));
        assertRefused(tokens().redeem(text, OTHER_KEY), Reason.ALREADY_USED);
        assertRefused(tokens().redeem(text, OTHER_KEY), Reason.ALREADY_USED);
    }

    @Test
    void whose_answer_was_lost_may_redeem_again_with_the_same_key_while_the_token_lives() throws IOException {
        String text = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT).text();
        assertThat(tokens().redeem(text, KEY)).isEqualTo(new Redeemed(CART));

        now = NOW.plusSeconds(599);
        assertThat(tokens().redeem(text, KEY)).isEqualTo(new Redeemed(CART));
        assertRefused(tokens().redeem(text, OTHER_KEY), Reason.ALREADY_USED);

        now = NOW.plusSeconds(600);
        assertRefused(tokens().redeem(text, KEY), Reason.EXPIRED);
    }

    @Test
    void who_used_a_token_and_when_is_kept() throws IOException {
        JoinToken token = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT);
        now = NOW.plusSeconds(7);
        tokens().redeem(token.text(), KEY);
        now = NOW.plusSeconds(9);
        tokens().redeem(token.text(), KEY);

        Path file = folder.resolve("tokens").resolve(token.handle() + ".used");
        assertThat(Files.readAllLines(file)).endsWith("key=" + KEY, "redeemed=" + NOW.plusSeconds(7));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void a_crash_in_the_middle_of_spending_leaves_the_token_to_the_key_that_had_it() throws IOException {
        JoinToken token = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT);
        Path unused = folder.resolve("tokens").resolve(token.handle() + ".token");
        String before = Files.readString(unused);
        tokens().redeem(token.text(), KEY);
        Files.writeString(unused, before);

        assertRefused(tokens().redeem(token.text(), OTHER_KEY), Reason.ALREADY_USED);
        assertThat(tokens().redeem(token.text(), KEY)).isEqualTo(new Redeemed(CART));
    }

    @Test
    void a_token_that_an_earlier_version_has_spent_stays_spent() throws IOException {
        JoinToken token = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT);
        Path tokens = folder.resolve("tokens");
        Files.move(tokens.resolve(token.handle() + ".token"), tokens.resolve(token.handle() + ".used"));

        assertRefused(tokens().redeem(token.text(), KEY), Reason.ALREADY_USED);
    }

    @Test
    void the_text_tells_the_bearer_its_id_and_the_root_to_trust() throws IOException {
        JoinToken token = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT);

        JoinToken read = JoinToken.parse("  " + token.text() + "\n");

        assertThat(read).isEqualTo(token);
        assertThat(read.pin().root()).isEqualTo(ROOT);
        assertThat(token.text()).startsWith("weft1.").matches("[A-Za-z0-9._-]+");
    }

    @Test
    void a_token_is_over_after_ten_minutes_to_the_second() throws IOException {
        String early = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT).text();
        String late = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT).text();

        now = NOW.plusSeconds(599);
        assertThat(tokens().redeem(early, KEY)).isEqualTo(new Redeemed(CART));
        now = NOW.plusSeconds(600);
        assertRefused(tokens().redeem(late, KEY), Reason.EXPIRED);
    }

    @Test
    @DisplayName("6.1: of many keys that redeem one token at once, across stores of one folder, exactly one wins")
    void of_many_keys_that_redeem_one_token_exactly_one_wins() throws Exception {
        String text = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT).text();
        List<Callable<Redemption>> redeem = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            var key = new Fingerprint("%064x".formatted(i));
            redeem.add(() -> tokens().redeem(text, key));
        }

        List<Redemption> results = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (Future<Redemption> future : threads.invokeAll(redeem)) {
                results.add(future.get());
            }
        }

        assertThat(results).filteredOn(Redeemed.class::isInstance).hasSize(1);
        assertThat(results).filteredOn(Refused.class::isInstance).hasSize(31);
    }

    @Test
    void a_wrong_secret_or_another_id_is_refused_and_does_not_spend_the_token() throws IOException {
        JoinToken token = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT);
        var wrongSecret = new JoinToken(CART, ROOT, token.handle(), "00".repeat(32));
        var otherId = new JoinToken(ADMIN, ROOT, token.handle(), token.secret());
        var unknown = new JoinToken(CART, ROOT, "00".repeat(16), token.secret());

        assertRefused(tokens().redeem(wrongSecret.text(), KEY), Reason.UNKNOWN);
        assertRefused(tokens().redeem(otherId.text(), KEY), Reason.UNKNOWN);
        assertRefused(tokens().redeem(unknown.text(), KEY), Reason.UNKNOWN);
        assertThat(tokens().redeem(token.text(), KEY)).isEqualTo(new Redeemed(CART));
        assertRefused(tokens().redeem(wrongSecret.text(), KEY), Reason.UNKNOWN);
    }

    @Test
    void the_folder_holds_the_hash_and_not_the_secret() throws IOException {
        JoinToken token = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT);

        Path file = folder.resolve("tokens").resolve(token.handle() + ".token");
        assertThat(Files.readString(file)).contains(CART.toString()).doesNotContain(token.secret());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(token.toString()).doesNotContain(token.secret());
    }

    @Test
    void what_is_not_a_token_is_refused_and_not_repeated() throws IOException {
        String good = tokens().create(CART, JoinTokens.DEFAULT_LIFETIME, ROOT).text();
        String secret = good.substring(good.lastIndexOf('.') + 1);
        for (String text : List.of(
                "",
                "weft1",
                "weft2" + good.substring(5),
                good + ".x",
                good.substring(0, good.length() - 4),
                good.replace(secret, secret.substring(1) + "!"),
                "weft1." + "A".repeat(5000) + good.substring(5),
                good.replaceFirst("weft1\\.[^.]*", "weft1.Li4vLi4"))) {
            assertThat(tokens().redeem(text, KEY)).as(text).isInstanceOfSatisfying(Refused.class, refused -> {
                assertThat(refused.reason()).isEqualTo(Reason.MALFORMED);
                assertThat(refused.detail()).doesNotContain(secret);
            });
        }
    }

    @Test
    void lifetimes_and_ids_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> tokens().create(CART, Duration.ZERO, ROOT))
                .hasMessageContaining("1 second to 24 hours");
        assertThatThrownBy(() -> tokens().create(CART, Duration.ofDays(2), ROOT))
                .hasMessageContaining("PT48H");
        assertThatThrownBy(() -> tokens().create(TrustDomain.DEFAULT.id(), Duration.ofMinutes(1), ROOT))
                .hasMessageContaining("no path");
    }

    @Test
    void tokens_long_over_are_removed_when_new_ones_are_made() throws IOException {
        String used = tokens().create(CART, Duration.ofMinutes(1), ROOT).text();
        String unused = tokens().create(CART, Duration.ofMinutes(1), ROOT).text();
        assertThat(tokens().redeem(used, KEY)).isInstanceOf(Redeemed.class);

        now = NOW.plus(Duration.ofHours(2));
        tokens().create(ADMIN, Duration.ofMinutes(1), ROOT);

        try (var files = Files.list(folder.resolve("tokens"))) {
            assertThat(files).hasSize(1);
        }
        assertRefused(tokens().redeem(unused, KEY), Reason.UNKNOWN);
    }

    @Test
    void a_broken_token_file_redeems_nothing_and_does_not_keep_new_ones_from_being_made() throws IOException {
        JoinToken broken = tokens().create(CART, Duration.ofMinutes(1), ROOT);
        Files.writeString(folder.resolve("tokens").resolve(broken.handle() + ".token"), "id=" + CART);

        assertThatThrownBy(() -> tokens().redeem(broken.text(), KEY))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("token record of 1 lines");
        assertThat(tokens().redeem(
                                tokens().create(CART, Duration.ofMinutes(1), ROOT)
                                        .text(),
                                KEY))
                .isEqualTo(new Redeemed(CART));
    }

    @Test
    @DisplayName("no trust on first use: the pin of a token accepts the server of its root only")
    void the_pin_of_a_token_accepts_the_server_of_its_root_only() {
        Authority ours = Authority.inMemory(TrustDomain.DEFAULT, clock);
        Authority impostor = Authority.inMemory(TrustDomain.DEFAULT, clock);
        SpiffeId controlPlane = SpiffeId.controlPlane(TrustDomain.DEFAULT);
        var pin = new JoinToken(CART, ours.rootFingerprint(), "00".repeat(16), "00".repeat(32)).pin();

        assertThat(pin.verify(server(ours, controlPlane).chain(), controlPlane, NOW))
                .isEqualTo(new Verification.Verified(controlPlane));
        for (var chain : List.of(
                server(impostor, controlPlane).chain(),
                server(ours, controlPlane).chainWithoutRoot(),
                List.of(server(impostor, controlPlane).leaf(), ours.root()),
                server(ours, CART).chain())) {
            assertThat(pin.verify(chain, controlPlane, NOW)).isInstanceOf(Verification.Refused.class);
        }
    }

    private static X509Svid server(Authority authority, SpiffeId id) {
        return authority.issueOwn(KeyAlgorithm.EC_P256, id, Duration.ZERO, Set.of());
    }

    private JoinTokens tokens() {
        return new JoinTokens(folder.resolve("tokens"), clock);
    }

    private static void assertRefused(Redemption redemption, Reason reason) {
        assertThat(redemption)
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason())
                                .as(refused.detail())
                                .isEqualTo(reason));
    }
}
