package io.weft.proxy.identity;

import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.Verification;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.join.JoinToken;
import io.weft.certs.rotation.SvidRotation;
import io.weft.certs.rotation.SvidState;
import io.weft.proxy.config.Secret;
import java.lang.System.Logger.Level;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An identity that is asked for and renewed: a new key for every certificate, the last good certificate until it ends, and
 * then none. When to ask is decided by {@link SvidRotation}. The roots come with each certificate, and from the control
 * plane as soon as they change; whichever was said last holds.
 */
final class IssuedIdentity implements Identity {

    private static final System.Logger LOGGER = System.getLogger("io.weft.proxy.identity");
    // The clock may be set while a timer runs; nothing is noticed later than this.
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(30);
    private static final Duration SHORTEST_SLEEP = Duration.ofMillis(10);

    private final Issuer issuer;
    private final Attestation attestation;
    private final SpiffeId id;
    private final Duration lifetime;
    private final SvidRotation rotation;
    private final SvidFolder folder;
    private final Schedule schedule;
    private final DoubleSupplier random;
    private final IdentityMetrics metrics;
    private final Publication publication = new Publication();
    private SvidState state;
    private @Nullable X509Svid lastGood;
    private @Nullable TrustBundle bundle;
    private @Nullable Joining joining;
    private boolean asking;
    private boolean toldWhileAsking;
    private boolean expired;
    private boolean closed;
    private String lastError = "";
    private volatile IdentityStatus status = IdentityStatus.STARTING;

    /**
     * A join token and the request that goes with it. The issuer binds a token to the key of the first request that it sees;
     * if its answer is lost, only a request for the same key can have another one.
     */
    private record Joining(JoinToken token, PendingRequest request) {}

    /** @param lifetime asked for; zero for the issuer's standard */
    IssuedIdentity(
            Issuer issuer,
            Attestation attestation,
            SpiffeId id,
            Duration lifetime,
            SvidRotation rotation,
            SvidFolder folder,
            Schedule schedule,
            DoubleSupplier random,
            IdentityMetrics metrics) {
        this.issuer = issuer;
        this.attestation = attestation;
        this.id = id;
        this.lifetime = lifetime;
        this.rotation = rotation;
        this.folder = folder;
        this.schedule = schedule;
        this.random = random;
        this.metrics = metrics;
        state = rotation.start(schedule.now());
    }

    @Override
    public void subscribe(Consumer<Map<String, Secret>> listener) {
        publication.subscribe(listener);
    }

    @Override
    public void start() {
        schedule.execute(() -> {
            folder.load(id).ifPresent(this::resume);
            wake();
        });
    }

    private void resume(SvidFolder.Kept kept) {
        if (kept.svid().isValidAt(schedule.now())) {
            install(kept.svid(), kept.bundle());
        } else {
            LOGGER.log(
                    Level.WARNING,
                    "the certificate that was kept is over, and is shown to get the next: {0}",
                    kept.svid());
            lastGood = kept.svid();
            bundle = kept.bundle();
        }
    }

    @Override
    public Set<String> followed() {
        return Set.of(ROOTS);
    }

    @Override
    public void told(String name, Secret secret) {
        if (name.equals(ROOTS) && secret instanceof Secret.Trust(String rootsPem)) {
            schedule.execute(() -> trust(rootsPem));
        }
    }

    private void trust(String rootsPem) {
        TrustBundle trusted;
        try {
            trusted = TrustBundle.parse(id.trustDomain(), rootsPem);
        } catch (IllegalArgumentException e) {
            LOGGER.log(Level.ERROR, "roots from the control plane are not taken: {0}", e.getMessage());
            return;
        }
        // What is being asked for now was perhaps answered before these roots were sent.
        toldWhileAsking = asking;
        if (closed || Objects.equals(trusted, bundle)) {
            return;
        }
        LOGGER.log(Level.INFO, "roots to trust from now on: {0}", trusted);
        bundle = trusted;
        X509Svid own = lastGood;
        if (own != null) {
            if (PeerVerifier.verify(own.chain(), trusted, schedule.now(), PeerRole.CLIENT)
                    instanceof Verification.Refused refused) {
                LOGGER.log(Level.ERROR, "the own certificate does not hold against the new roots: {0}", refused);
            }
            folder.save(own, trusted);
        }
        wake();
    }

    @Override
    public IdentityStatus status() {
        return status;
    }

    @Override
    public void close() {
        schedule.execute(() -> closed = true);
        issuer.close();
        schedule.close();
    }

    private void wake() {
        if (closed) {
            return;
        }
        Instant now = schedule.now();
        state = rotation.at(state, now);
        publish(now);
        if (!asking && !now.isBefore(state.nextRequest())) {
            ask();
        }
        status = describe();
        sleep();
    }

    private void sleep() {
        Instant now = schedule.now();
        Duration wait = LONGEST_SLEEP;
        if (!asking) {
            wait = shorter(wait, Duration.between(now, state.nextRequest()));
        }
        Optional<X509Svid> held = state.held();
        if (held.isPresent()) {
            wait = shorter(wait, Duration.between(now, held.get().notAfter()).plusMillis(1));
        }
        schedule.wakeAfter(wait.compareTo(SHORTEST_SLEEP) < 0 ? SHORTEST_SLEEP : wait, this::wake);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private void ask() {
        Credentials credentials;
        try {
            credentials = attestation.credentials(lastGood, bundle, schedule.now());
        } catch (Attestation.Missing e) {
            failed(e.getMessage());
            return;
        }
        PendingRequest request = requestWith(credentials);
        asking = true;
        toldWhileAsking = false;
        metrics.requested();
        issuer.request(request.csr(), lifetime, credentials)
                .whenComplete((grant, failure) ->
                        schedule.execute(() -> answered(request.key(), credentials, grant, failure)));
    }

    private PendingRequest requestWith(Credentials credentials) {
        if (!(credentials instanceof Credentials.Join(JoinToken token))) {
            return PendingRequest.create(id);
        }
        Joining before = joining;
        if (before != null && before.token().equals(token)) {
            return before.request();
        }
        PendingRequest request = folder.loadJoining(token).orElseGet(() -> PendingRequest.create(id));
        folder.saveJoining(token, request);
        joining = new Joining(token, request);
        return request;
    }

    private void answered(
            PrivateKey key, Credentials credentials, Issuer.@Nullable Grant grant, @Nullable Throwable failure) {
        asking = false;
        if (grant == null) {
            attestation.failed(credentials);
            failed(reason(failure));
        } else {
            try {
                // A token that has bought something is spent, even if what it bought is of no use.
                attestation.used(credentials);
                joining = null;
                X509Svid svid = verified(grant, key);
                TrustBundle told = bundle;
                TrustBundle trusted = toldWhileAsking && told != null ? told : grant.bundle();
                folder.save(svid, trusted);
                install(svid, trusted);
            } catch (IllegalArgumentException e) {
                failed("certificate of no use: " + e.getMessage());
            }
        }
        wake();
    }

    private X509Svid verified(Issuer.Grant grant, PrivateKey key) {
        X509Svid svid = X509Svid.of(grant.chain(), key);
        if (!svid.id().equals(id)) {
            throw new IllegalArgumentException("it is for " + svid.id() + ": expected " + id);
        }
        if (PeerVerifier.verify(svid.chain(), grant.bundle(), schedule.now(), PeerRole.CLIENT)
                instanceof Verification.Refused refused) {
            throw new IllegalArgumentException("it does not hold against its own bundle: " + refused);
        }
        return svid;
    }

    private void install(X509Svid svid, TrustBundle trusted) {
        state = rotation.issued(state, svid, schedule.now(), random.getAsDouble());
        lastGood = svid;
        bundle = trusted;
        expired = false;
        lastError = "";
        LOGGER.log(Level.INFO, "certified: {0}", svid);
        metrics.installed(svid.notAfter());
    }

    private void failed(@Nullable String reason) {
        String text = String.valueOf(reason);
        LOGGER.log(text.equals(lastError) ? Level.DEBUG : Level.WARNING, "no certificate for {0}: {1}", id, text);
        lastError = text;
        metrics.failed();
        state = rotation.failed(state, schedule.now(), random.getAsDouble());
    }

    private static String reason(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause == null ? "no answer" : cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** What may serve now. Without a valid certificate there is none, and handshakes are refused. */
    private void publish(Instant now) {
        Map<String, Secret> secrets = new HashMap<>();
        if (bundle != null) {
            secrets.put(ROOTS, new Secret.Trust(bundle.toPem()));
        }
        state.usableAt(now)
                .ifPresent(svid -> secrets.put(CERTIFICATE, new Secret.Certificate(svid.chainPem(), svid.keyPem())));
        if (state instanceof SvidState.Expired(Instant since, int _, Instant _) && !expired) {
            expired = true;
            LOGGER.log(Level.ERROR, "the certificate of {0} ended at {1}: handshakes are refused", id, since);
            metrics.expired();
        }
        status = describe();
        publication.publish(secrets);
    }

    private IdentityStatus describe() {
        IdentityStatus.State name = switch (state) {
            case SvidState.Fetching _ -> IdentityStatus.State.NONE;
            case SvidState.Valid _ -> IdentityStatus.State.CERTIFIED;
            case SvidState.Retrying _ -> IdentityStatus.State.RETRYING;
            case SvidState.Expired _ -> IdentityStatus.State.EXPIRED;
        };
        int failures = switch (state) {
            case SvidState.Fetching fetching -> fetching.failures();
            case SvidState.Valid _ -> 0;
            case SvidState.Retrying retrying -> retrying.failures();
            case SvidState.Expired over -> over.failures();
        };
        return new IdentityStatus(
                name,
                id.toString(),
                lastGood == null ? null : lastGood.notAfter(),
                state.nextRequest(),
                failures,
                lastError);
    }
}
