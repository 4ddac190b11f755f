package io.weft.examples.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** The process that made a lab; by its start as well, since process ids come again. */
record Owner(long pid, Instant started) {
    private static final String FILE = "owner";

    static Owner current() {
        return of(ProcessHandle.current());
    }

    private static Owner of(ProcessHandle process) {
        return new Owner(process.pid(), process.info().startInstant().orElse(Instant.EPOCH));
    }

    void write(Path folder) {
        LabFiles.write(folder.resolve(FILE), pid + " " + started + "\n");
    }

    /** Whether the process that wrote this folder's file still runs. */
    static boolean alive(Path folder) {
        try {
            String[] words = Files.readString(folder.resolve(FILE)).strip().split(" ");
            var written = new Owner(Long.parseLong(words[0]), Instant.parse(words[1]));
            return ProcessHandle.of(written.pid())
                    .map(process -> of(process).equals(written))
                    .orElse(false);
        } catch (IOException | RuntimeException noOwner) {
            return false;
        }
    }
}
