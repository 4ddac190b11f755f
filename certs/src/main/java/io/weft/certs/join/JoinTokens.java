package io.weft.certs.join;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.join.Redemption.Reason;
import io.weft.certs.join.Redemption.Redeemed;
import io.weft.certs.join.Redemption.Refused;
import io.weft.certs.store.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tokens of an authority, one file each in a folder that any number of processes may share: {@code <handle>.token}
 * until it is redeemed, {@code <handle>.used} after. Redeeming makes the second file, which names the key that the token
 * now belongs to, in one step that succeeds for one caller only. The owner of that key may redeem the token again while it
 * lives, because the answer may have been lost; nobody else ever can.
 */
public final class JoinTokens {
    /** How long a token lives unless told otherwise. */
    public static final Duration DEFAULT_LIFETIME = Duration.ofMinutes(10);

    /** The longest life of a token. */
    public static final Duration MAX_LIFETIME = Duration.ofHours(24);

    private static final String UNUSED = ".token";
    private static final String USED = ".used";
    private static final int MAX_TOKENS = 10_000;
    private static final SecureRandom RANDOM = new SecureRandom();
    // Spent and expired tokens stay for a while, so that the refusal can say which of the two it was.
    private static final Duration KEPT = Duration.ofHours(1);

    private final Path folder;
    private final InstantSource clock;

    public JoinTokens(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Makes a token and stores its hash.
     *
     * @param root the fingerprint of the root that the bearer is to trust
     * @throws IllegalArgumentException when the lifetime is not within 1 s and 24 h, or the id is not a workload's
     * @throws IOException when the folder cannot be written, or holds 10,000 tokens
     */
    public JoinToken create(SpiffeId id, Duration lifetime, Fingerprint root) throws IOException {
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0 || lifetime.compareTo(MAX_LIFETIME) > 0) {
            throw new IllegalArgumentException("lifetime of a join token " + lifetime + "; expected 1 second to "
                    + MAX_LIFETIME.toHours() + " hours");
        }
        if (id.isTrustDomain()) {
            throw new IllegalArgumentException("id '" + id + "' of a join token has no path; expected a workload's id");
        }
        AtomicFile.privateFolder(folder);
        if (removeOld() >= MAX_TOKENS) {
            throw new IOException(folder + " holds " + MAX_TOKENS + " join tokens; wait until some have expired");
        }
        JoinToken token = JoinToken.create(id, root, RANDOM);
        Instant expires = clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(lifetime);
        var stored = new TokenRecord(id, expires, Fingerprint.of(token.secretHash()));
        AtomicFile.write(unused(token), stored.text(), AtomicFile.SECRET);
        return token;
    }

    /**
     * Redeems a token for the owner of a key, for whom alone it is good from then on.
     *
     * @param key of the request that came with the token, whose sender has proved to hold the private key
     * @throws IOException when the folder cannot be read or written; the token then counts as refused
     */
    public Redemption redeem(String text, Fingerprint key) throws IOException {
        JoinToken token;
        try {
            token = JoinToken.parse(text);
        } catch (IllegalArgumentException e) {
            return new Refused(Reason.MALFORMED, String.valueOf(e.getMessage()));
        }
        // The used one decides: after a crash between the two steps of spending both files are there.
        Optional<TokenRecord> spent = read(used(token));
        if (spent.isEmpty()) {
            Optional<TokenRecord> unspent = read(unused(token));
            if (unspent.isPresent()) {
                Optional<Refused> problem = problem(token, unspent.get());
                return problem.isPresent() ? problem.get() : spend(token, unspent.get(), key);
            }
            // Somebody may have been faster, between the two looks.
            spent = read(used(token));
        }
        return spent.isEmpty()
                ? new Refused(Reason.UNKNOWN, token + " was not given out here, or has expired long ago")
                : again(token, spent.get(), key);
    }

    private Redemption spend(JoinToken token, TokenRecord stored, Fingerprint key) throws IOException {
        boolean first = AtomicFile.create(
                used(token), stored.usedBy(key, clock.instant()).text(), AtomicFile.SECRET);
        Files.deleteIfExists(unused(token));
        if (first) {
            return new Redeemed(stored.id());
        }
        Optional<TokenRecord> spent = read(used(token));
        return spent.isEmpty()
                ? new Refused(Reason.UNKNOWN, token + " has expired long ago")
                : again(token, spent.get(), key);
    }

    private Redemption again(JoinToken token, TokenRecord spent, Fingerprint key) {
        // Only the bearer of the right secret learns in the log that it was used, as nobody else has a token to reuse.
        if (!isGenuine(token, spent)) {
            return unlike(token);
        }
        boolean byOwner = spent.use().map(use -> use.key().equals(key)).orElse(false);
        if (!byOwner) {
            return new Refused(
                    Reason.ALREADY_USED,
                    token + " was used before"
                            + spent.use()
                                    .map(use -> ", at " + use.at() + " for another key than " + key)
                                    .orElse(""));
        }
        Optional<Refused> problem = problem(token, spent);
        return problem.isPresent() ? problem.get() : new Redeemed(spent.id());
    }

    private Optional<Refused> problem(JoinToken token, TokenRecord stored) {
        if (!isGenuine(token, stored)) {
            return Optional.of(unlike(token));
        }
        return clock.instant().isBefore(stored.expires())
                ? Optional.empty()
                : Optional.of(new Refused(Reason.EXPIRED, token + " expired at " + stored.expires()));
    }

    private static Refused unlike(JoinToken token) {
        return new Refused(Reason.UNKNOWN, token + " does not match what was given out under its handle");
    }

    private static boolean isGenuine(JoinToken token, TokenRecord stored) {
        boolean sameSecret =
                MessageDigest.isEqual(token.secretHash(), stored.secretHash().bytes());
        return sameSecret && token.id().equals(stored.id());
    }

    /** Removes what is long over; returns how many files are left. */
    private int removeOld() throws IOException {
        Instant over = clock.instant().minus(KEPT);
        List<Path> files;
        try (Stream<Path> listing = Files.list(folder)) {
            files = listing.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.endsWith(UNUSED) || name.endsWith(USED);
                    })
                    .toList();
        }
        int left = files.size();
        for (Path file : files) {
            if (isOver(file, over)) {
                Files.deleteIfExists(file);
                left--;
            }
        }
        return left;
    }

    private static boolean isOver(Path file, Instant over) {
        try {
            return read(file).filter(stored -> stored.expires().isBefore(over)).isPresent();
        } catch (IOException e) {
            // One file that cannot be read must not keep new tokens from being made; it still counts.
            return false;
        }
    }

    private static Optional<TokenRecord> read(Path file) throws IOException {
        try {
            return Optional.of(TokenRecord.parse(AtomicFile.read(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private Path unused(JoinToken token) {
        return folder.resolve(token.handle() + UNUSED);
    }

    private Path used(JoinToken token) {
        return folder.resolve(token.handle() + USED);
    }
}
