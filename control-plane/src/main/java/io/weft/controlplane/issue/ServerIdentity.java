package io.weft.controlplane.issue;

import io.weft.certs.authority.ServerNames;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.rotation.RotationSchedule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The control plane's own certificate: issued at start, and again at half of its life, and when the authority or the names of the
 * server have changed. Proxies know it by its SPIFFE id; the names are for everybody else.
 */
public final class ServerIdentity {
    private static final System.Logger LOG = System.getLogger("io.weft.controlplane.issue");
    private static final int LOOK_SECONDS = 30;
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final LiveAuthority authority;
    private final Supplier<ServerNames> names;
    private final ScheduledExecutorService timers;
    private final InstantSource clock;
    private volatile ServerNames named = ServerNames.NONE;
    private volatile X509Svid current;

    /**
     * @param names asked for again every half minute, since a machine's addresses change
     * @throws IllegalArgumentException when the authority refuses; the message says why
     */
    public ServerIdentity(
            LiveAuthority authority,
            Supplier<ServerNames> names,
            ScheduledExecutorService timers,
            InstantSource clock) {
        this.authority = authority;
        this.names = names;
        this.timers = timers;
        this.clock = clock;
        this.current = issue();
        authority.onChange(this::renew);
        scheduleNext();
        timers.scheduleWithFixedDelay(this::followNames, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    public X509Svid current() {
        return current;
    }

    private X509Svid issue() {
        var own = SpiffeId.controlPlane(authority.current().trustDomain());
        ServerNames now = names.get();
        X509Svid issued = authority.current().issueOwn(KeyAlgorithm.EC_P256, own, Duration.ZERO, now);
        named = now;
        return issued;
    }

    private void followNames() {
        try {
            if (!names.get().equals(named)) {
                renew();
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "names of the own certificate cannot be found out", e);
        }
    }

    private void renew() {
        try {
            current = issue();
            LOG.log(System.Logger.Level.INFO, "own certificate renewed: {0}", current);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "own certificate cannot be renewed; the last one serves on", e);
        }
    }

    private void scheduleNext() {
        var now = clock.instant();
        double roll = ThreadLocalRandom.current().nextDouble();
        Duration wait = Duration.between(now, RotationSchedule.DEFAULT.renewAt(now, current.notAfter(), roll));
        long millis = Math.max(wait.toMillis(), current.isValidAt(now) ? 1 : RETRY.toMillis());
        timers.schedule(
                () -> {
                    renew();
                    scheduleNext();
                },
                millis,
                TimeUnit.MILLISECONDS);
    }
}
