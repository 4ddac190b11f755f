package io.weft.proxy.identity;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.KeyRules;
import io.weft.certs.identity.SvidRules;
import io.weft.certs.identity.Verification;
import io.weft.certs.store.AtomicFile;
import io.weft.proxy.config.Secret;
import io.weft.proxy.files.FileStamp;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An identity that others keep in files: looked at once a second, since what replaces them may be a rename, a symbolic
 * link that is swapped (Kubernetes) or a write in place, and no notification covers all. Files that do not belong together
 * change nothing; they may be half replaced.
 */
final class FileIdentity implements Identity {

    private static final System.Logger LOGGER = System.getLogger("io.weft.proxy.identity");
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final CertificateFiles files;
    private final Schedule schedule;
    private final IdentityMetrics metrics;
    private final Publication publication = new Publication();
    private List<FileStamp> seen = List.of();
    private Map<String, Secret> loaded = Map.of();
    private @Nullable X509Certificate leaf;
    private String id = "";
    private int failures;
    private boolean expired;
    private String lastError = "";
    private volatile IdentityStatus status = IdentityStatus.STARTING;

    FileIdentity(CertificateFiles files, Schedule schedule, IdentityMetrics metrics) {
        this.files = files;
        this.schedule = schedule;
        this.metrics = metrics;
    }

    @Override
    public void subscribe(Consumer<Map<String, Secret>> listener) {
        publication.subscribe(listener);
    }

    @Override
    public void start() {
        schedule.execute(this::look);
    }

    @Override
    public IdentityStatus status() {
        return status;
    }

    @Override
    public void close() {
        schedule.close();
    }

    private void look() {
        try {
            List<FileStamp> now = FileStamp.of(List.of(files.chain(), files.key(), files.roots()));
            if (!now.equals(seen)) {
                read();
                // Whatever changed during the reading is read again next time.
                seen = now;
            }
        } catch (IOException | IllegalArgumentException e) {
            failed(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
        }
        publish(schedule.now());
        schedule.wakeAfter(PERIOD, this::look);
    }

    private void read() throws IOException {
        String chainPem = AtomicFile.read(files.chain());
        String keyPem = AtomicFile.read(files.key());
        String rootsPem = AtomicFile.read(files.roots());
        X509Certificate first = Pem.certificates(chainPem).getFirst();
        Pem.certificates(rootsPem);
        if (!KeyRules.isPair(first.getPublicKey(), Pem.privateKey(keyPem))) {
            throw new IllegalArgumentException(files.key() + " is not the key of " + files.chain());
        }
        Map<String, Secret> secrets =
                Map.of(CERTIFICATE, new Secret.Certificate(chainPem, keyPem), ROOTS, new Secret.Trust(rootsPem));
        failures = 0;
        lastError = "";
        if (!secrets.equals(loaded)) {
            loaded = secrets;
            leaf = first;
            expired = false;
            id = SvidRules.read(first) instanceof Verification.Verified(var spiffe) ? spiffe.toString() : "";
            LOGGER.log(Level.INFO, "certificate from {0}: {1}, ends {2}", files.chain(), id, first.getNotAfter());
            metrics.installed(first.getNotAfter().toInstant());
        }
    }

    private void failed(String reason) {
        LOGGER.log(reason.equals(lastError) ? Level.DEBUG : Level.WARNING, "certificate files: {0}", reason);
        lastError = reason;
        failures++;
        metrics.failed();
    }

    private void publish(Instant now) {
        Map<String, Secret> secrets = new HashMap<>(loaded);
        boolean valid = leaf != null
                && !now.isBefore(leaf.getNotBefore().toInstant())
                && !now.isAfter(leaf.getNotAfter().toInstant());
        if (!valid) {
            secrets.remove(CERTIFICATE);
        }
        if (!valid && leaf != null && !expired) {
            expired = true;
            LOGGER.log(Level.ERROR, "the certificate in {0} is not valid now: handshakes are refused", files.chain());
            metrics.expired();
        }
        publication.publish(secrets);
        IdentityStatus.State state = leaf == null
                ? IdentityStatus.State.NONE
                : !valid
                        ? IdentityStatus.State.EXPIRED
                        : failures > 0 ? IdentityStatus.State.RETRYING : IdentityStatus.State.CERTIFIED;
        status = new IdentityStatus(
                state, id, leaf == null ? null : leaf.getNotAfter().toInstant(), null, failures, lastError);
    }
}
