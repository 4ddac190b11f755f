package io.weft.controlplane.issue;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.authority.Lifetimes;
import io.weft.certs.authority.ServerNames;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.Verification;
import io.weft.certs.identity.X509Svid;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveAuthorityTest {
    private static final TrustDomain DOMAIN = new TrustDomain("cluster.local");
    private static final InstantSource CLOCK = InstantSource.system();

    private final Timers timers = new Timers();
    private ServerNames names = new ServerNames(Set.of("localhost"), Set.of());
    private Path folder;
    private LiveAuthority authority;

    @BeforeEach
    void open(@TempDir Path temporary) throws IOException {
        folder = temporary.resolve("ca");
        authority = LiveAuthority.open(folder, DOMAIN, Lifetimes.DEFAULT, CLOCK);
    }

    @AfterEach
    void stop() {
        timers.shutdownNow();
    }

    @Test
    @DisplayName("R11: trust {A}, {A,B}")
    void a_root_that_is_added_is_trusted_after_a_look_at_the_folder() throws IOException {
        var changes = new ArrayList<String>();
        authority.onChange(() -> changes.add("changed"));
        authority.refresh();
        assertThat(changes).isEmpty();

        Authority other = Authority.inMemory(DOMAIN, CLOCK);
        Files.writeString(folder.resolve("trusted-roots.pem"), other.bundle().toPem());
        authority.refresh();
        assertThat(changes).hasSize(1);
        assertThat(authority.bundle().roots()).hasSize(2).contains(other.root());
    }

    @Test
    void a_folder_that_went_bad_leaves_the_last_good_authority_in_force() throws IOException {
        var before = authority.bundle();
        Files.writeString(folder.resolve("trusted-roots.pem"), "nonsense");
        authority.refresh();
        Files.delete(folder.resolve("root.key"));
        authority.refresh();
        assertThat(authority.bundle()).isEqualTo(before);
    }

    @Test
    void the_server_s_certificate_is_its_own_id_and_good_for_a_client_that_looks() {
        var identity = new ServerIdentity(authority, () -> names, timers, CLOCK);
        assertThat(identity.current().id().toString())
                .isEqualTo("spiffe://cluster.local/ns/weft-system/sa/weft-control-plane");
        assertThat(PeerVerifier.verify(
                        identity.current().chain(), authority.bundle(), CLOCK.instant(), PeerRole.SERVER))
                .isInstanceOf(Verification.Verified.class);
    }

    @Test
    void the_server_s_certificate_is_renewed_at_half_of_its_life_and_again_after_that() {
        var identity = new ServerIdentity(authority, () -> names, timers, CLOCK);
        X509Svid first = identity.current();
        assertThat(timers.waits.getFirst()).isBetween(Duration.ofHours(11), Duration.ofHours(13));
        timers.tasks.getFirst().run();
        assertThat(identity.current().leaf().getSerialNumber())
                .isNotEqualTo(first.leaf().getSerialNumber());
        assertThat(timers.tasks).hasSize(2);
    }

    @Test
    void the_server_s_certificate_is_replaced_when_the_authority_changes() throws IOException {
        var identity = new ServerIdentity(authority, () -> names, timers, CLOCK);
        X509Svid first = identity.current();
        Files.writeString(
                folder.resolve("trusted-roots.pem"),
                Authority.inMemory(DOMAIN, CLOCK).bundle().toPem());
        authority.refresh();
        assertThat(identity.current()).isNotEqualTo(first);
    }

    @Test
    void the_server_s_certificate_follows_the_addresses_of_its_machine() throws Exception {
        var identity = new ServerIdentity(authority, () -> names, timers, CLOCK);
        X509Svid first = identity.current();
        timers.looks.getFirst().run();
        assertThat(identity.current()).isEqualTo(first);

        names = new ServerNames(Set.of("localhost"), Set.of(InetAddress.ofLiteral("10.0.0.9")));
        timers.looks.getFirst().run();
        assertThat(identity.current().leaf().getSubjectAlternativeNames())
                .contains(List.of(2, "localhost"), List.of(7, "10.0.0.9"));
    }

    /** Keeps what is to be done later, and does it never. */
    private static final class Timers extends ScheduledThreadPoolExecutor {
        final List<Runnable> tasks = new ArrayList<>();
        final List<Duration> waits = new ArrayList<>();
        final List<Runnable> looks = new ArrayList<>();

        Timers() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            tasks.add(task);
            waits.add(Duration.of(delay, unit.toChronoUnit()));
            return super.schedule(() -> {}, 1, TimeUnit.DAYS);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
            looks.add(task);
            return super.schedule(() -> {}, 1, TimeUnit.DAYS);
        }
    }
}
