package io.weft.proxy.files;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.KeyRules;
import io.weft.certs.store.AtomicFile;
import io.weft.proxy.config.Secret;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Secrets in files, by the names that Istio gives them over SDS: {@code file-root:PATH}, {@code file-root:system} and
 * {@code file-cert:CHAIN~KEY}. To be looked at once a second, as no notification covers all ways to replace a file. Files that cannot be
 * read, or do not belong together, change nothing: they may be half replaced. Used by one thread at a time.
 */
public final class SecretFiles {
    /** The name of the roots that this machine trusts, a hundred and more. */
    public static final String SYSTEM_ROOTS = SecretName.ROOTS + SecretName.SYSTEM;

    private static final System.Logger LOGGER = System.getLogger("io.weft.proxy.files");

    private final Map<String, Entry> entries = new HashMap<>();

    private static final class Entry {
        final SecretName name;
        final Set<String> users = new TreeSet<>();
        List<FileStamp> seen = List.of();

        @Nullable
        Secret secret;

        String problem = "";

        Entry(SecretName name) {
            this.name = name;
        }
    }

    /** Whether the name of a secret means files of this machine. */
    public static boolean isName(String name) {
        return name.startsWith(SecretName.ROOTS) || name.startsWith(SecretName.CERTIFICATE);
    }

    /**
     * The secret of a name, read now if it was not before.
     *
     * @param user what it is for, told to the log if there is no secret
     * @return null as long as the files could not be read
     */
    public @Nullable Secret secret(String name, String user) {
        Entry entry = entries.get(name);
        if (entry == null) {
            entry = new Entry(SecretName.of(name));
            entries.put(name, entry);
            look(entry);
        }
        if (entry.users.add(user) && entry.secret == null) {
            LOGGER.log(
                    Level.WARNING, "{0}: {1}; until it can be read no connection is made with it", user, entry.problem);
        }
        return entry.secret;
    }

    /** Looks at all files that were asked for. What is different now, by name. */
    public Map<String, Secret> look() {
        Map<String, Secret> changed = new HashMap<>();
        entries.forEach((name, entry) -> {
            if (look(entry) && entry.secret != null) {
                changed.put(name, entry.secret);
            }
        });
        return changed;
    }

    /** Forgets all but these. */
    public void retain(Set<String> names) {
        entries.keySet().retainAll(names);
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    private static boolean look(Entry entry) {
        try {
            List<FileStamp> now = FileStamp.of(files(entry.name));
            if (now.equals(entry.seen) && entry.secret != null) {
                healthy(entry);
                return false;
            }
            Secret read = read(entry.name);
            // Whatever changed during the reading is read again next time.
            entry.seen = now;
            boolean changed = !read.equals(entry.secret);
            entry.secret = read;
            healthy(entry);
            return changed;
        } catch (IOException | IllegalArgumentException e) {
            failed(entry, String.valueOf(e.getMessage() == null ? e : e.getMessage()));
            return false;
        }
    }

    private static void healthy(Entry entry) {
        if (!entry.problem.isEmpty()) {
            LOGGER.log(Level.INFO, "{0}: read again, for {1}", files(entry.name), entry.users);
            entry.problem = "";
        }
    }

    private static void failed(Entry entry, String problem) {
        if (!problem.equals(entry.problem) && !entry.users.isEmpty()) {
            LOGGER.log(
                    Level.WARNING,
                    "{0}: {1}; {2}",
                    entry.users,
                    problem,
                    entry.secret == null
                            ? "until it can be read no connection is made with it"
                            : "what was read before stays in use");
        }
        entry.problem = problem;
    }

    private static List<Path> files(SecretName name) {
        return switch (name) {
            case SecretName.Roots(Path file) -> List.of(file);
            case SecretName.Certificate(Path chain, Path key) -> List.of(chain, key);
            case SecretName.SystemRoots() -> List.of(SystemRoots.place());
            case SecretName.Malformed _ -> List.of();
        };
    }

    private static Secret read(SecretName name) throws IOException {
        return switch (name) {
            case SecretName.Roots(Path file) -> new Secret.Trust(roots(file));
            case SecretName.Certificate(Path chain, Path key) -> certificate(chain, key);
            case SecretName.SystemRoots() -> new Secret.Trust(SystemRoots.usable(SystemRoots.place()));
            case SecretName.Malformed(String reason) -> throw new IOException(reason);
        };
    }

    private static String roots(Path file) throws IOException {
        String pem = AtomicFile.read(file);
        named(file, () -> Pem.certificates(pem));
        return pem;
    }

    private static Secret.Certificate certificate(Path chain, Path key) throws IOException {
        String chainPem = AtomicFile.read(chain);
        String keyPem = AtomicFile.read(key);
        var leaf = named(chain, () -> Pem.certificates(chainPem).getFirst());
        if (!KeyRules.isPair(leaf.getPublicKey(), named(key, () -> Pem.privateKey(keyPem)))) {
            throw new IllegalArgumentException(key + " is not the key of " + chain);
        }
        return new Secret.Certificate(chainPem, keyPem);
    }

    private interface Parser<T> {
        T parse();
    }

    private static <T> T named(Path file, Parser<T> parser) {
        try {
            return parser.parse();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }
}
