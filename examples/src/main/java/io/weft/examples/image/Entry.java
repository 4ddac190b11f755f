package io.weft.examples.image;

import java.nio.file.Path;

/** One file of an image's root. Paths are relative to it, with {@code /} between names and none at the ends. */
sealed interface Entry {
    String path();

    /** Whose it is; group and user are the same number. */
    int owner();

    /** @param mode permission bits, such as 0755 */
    record Folder(String path, int mode, int owner) implements Entry {}

    /** What is in a file of this machine, for everybody to read. */
    record Copied(String path, boolean executable, Path source) implements Entry {
        @Override
        public int owner() {
            return ROOT;
        }
    }

    record Text(String path, String text) implements Entry {
        @Override
        public int owner() {
            return ROOT;
        }
    }

    /** @param target as {@code symlink(2)} has it: relative to the folder of the link, or absolute */
    record Link(String path, String target) implements Entry {
        @Override
        public int owner() {
            return ROOT;
        }
    }

    int ROOT = 0;
}
