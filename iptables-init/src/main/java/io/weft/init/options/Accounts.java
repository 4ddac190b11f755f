package io.weft.init.options;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Names of users and groups to their numbers, from files in the form of passwd(5) and group(5). */
public record Accounts(Path passwd, Path group) {
    public static final Accounts SYSTEM = new Accounts(Path.of("/etc/passwd"), Path.of("/etc/group"));

    OptionalLong uid(String name) {
        return number(passwd, name);
    }

    OptionalLong gid(String name) {
        return number(group, name);
    }

    private static OptionalLong number(Path file, String name) {
        try {
            // Latin-1 cannot fail on a name that is not UTF-8, and names of interest are ASCII.
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(":", -1);
                if (fields.length > 2 && fields[0].equals(name)) {
                    return OptionalLong.of(Long.parseLong(fields[2]));
                }
            }
            return OptionalLong.empty();
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + name + "' could not be looked up in " + file + ": " + e, e);
        }
    }
}
