package io.weft.controlplane.issue;

import io.weft.certs.authority.Authority;
import io.weft.certs.authority.Lifetimes;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The authority of a folder, opened again when asked to, so that a root can be added, changed over to and taken away while the mesh
 * runs. A folder that cannot be used any more leaves the last good authority in force.
 */
public final class LiveAuthority {
    private static final System.Logger LOG = System.getLogger("io.weft.controlplane.issue");

    private final Path folder;
    private final TrustDomain trustDomain;
    private final Lifetimes lifetimes;
    private final InstantSource clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Authority current;
    private String lastProblem = "";

    private LiveAuthority(
            Path folder, TrustDomain trustDomain, Lifetimes lifetimes, InstantSource clock, Authority first) {
        this.folder = folder;
        this.trustDomain = trustDomain;
        this.lifetimes = lifetimes;
        this.clock = clock;
        this.current = first;
    }

    /**
     * Opens the folder's authority, made first where there is none.
     *
     * @throws IOException when it cannot be used; the message says which file
     */
    public static LiveAuthority open(Path folder, TrustDomain trustDomain, Lifetimes lifetimes, InstantSource clock)
            throws IOException {
        Authority first = Authority.openOrCreate(folder, trustDomain, clock).with(lifetimes);
        return new LiveAuthority(folder, trustDomain, lifetimes, clock, first);
    }

    public Authority current() {
        return current;
    }

    public TrustBundle bundle() {
        return current.bundle();
    }

    /** Calls the listener after each change, from the thread that found it. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    /** Looks at the folder again. */
    public synchronized void refresh() {
        Authority next;
        try {
            next = Authority.open(folder, trustDomain, clock).with(lifetimes);
        } catch (IOException | RuntimeException e) {
            String problem = String.valueOf(e.getMessage());
            if (!problem.equals(lastProblem)) {
                LOG.log(System.Logger.Level.ERROR, "the authority stays as it was: {0}", problem);
            }
            lastProblem = problem;
            return;
        }
        lastProblem = "";
        X509Certificate issuer = current.issuer();
        if (!next.issuer().equals(issuer) || !next.bundle().equals(current.bundle())) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "the authority has changed: signs with {0}, trusts {1}",
                    next.issuer().getSubjectX500Principal(),
                    next.bundle());
            current = next;
            listeners.forEach(Runnable::run);
        }
    }
}
