package io.weft.certs;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Turns exceptions into one line for a person. */
final class Errors {
    private Errors() {}

    static String describe(Exception e) {
        return switch (e) {
            case NoSuchFileException missing
            when missing.getReason() == null -> missing.getFile() + ": there is no such file";
            case AccessDeniedException denied -> denied.getFile() + ": permission denied";
            case FileSystemException file
            when file.getReason() == null ->
                file.getFile() + ": " + file.getClass().getSimpleName();
            default -> String.valueOf(e.getMessage());
        };
    }
}
