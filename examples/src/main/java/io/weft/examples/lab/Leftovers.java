package io.weft.examples.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Labs whose process has ended: because it was killed, or was told to keep them. */
public final class Leftovers {
    private static final int NAME_LENGTH = Lab.PREFIX.length() + 4;

    private Leftovers() {}

    /** The names of labs without a process. */
    public static List<String> find() {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        var labs = new TreeSet<String>();
        for (Path place : List.of(Path.of("/run/netns"), Path.of("/etc/netns"), temporary)) {
            for (Path entry : entries(place)) {
                labs.add(entry.getFileName().toString().substring(0, NAME_LENGTH));
            }
        }
        labs.removeIf(lab -> Owner.alive(temporary.resolve(lab)));
        return List.copyOf(labs);
    }

    private static List<Path> entries(Path folder) {
        var found = new ArrayList<Path>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Lab.PREFIX + "????*")) {
                entries.forEach(found::add);
            } catch (IOException e) {
                throw new LabException("cannot look into " + folder, e);
            }
        }
        return found;
    }

    /** Namespaces, folders and files of a lab that are there now. */
    public static List<String> of(String lab) {
        var found = new ArrayList<String>();
        for (Path place :
                List.of(Path.of("/run/netns"), Path.of("/etc/netns"), Path.of(System.getProperty("java.io.tmpdir")))) {
            for (Path entry : entries(place)) {
                if (entry.getFileName().toString().startsWith(lab)) {
                    found.add(entry.toString());
                }
            }
        }
        return found;
    }

    /** Ends what runs in a lab and removes it. */
    public static void remove(String lab) {
        if (!lab.matches(Lab.PREFIX + "[0-9a-f]{4}")) {
            throw new IllegalArgumentException("'" + lab + "' is no lab's name");
        }
        for (String entry : of(lab)) {
            Path path = Path.of(entry);
            if (path.startsWith("/run/netns")) {
                new Namespace(path.getFileName().toString()).remove();
            }
        }
        for (String entry : of(lab)) {
            LabFiles.removeTree(Path.of(entry));
        }
    }
}
