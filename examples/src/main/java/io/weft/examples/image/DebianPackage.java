package io.weft.examples.image;

import java.nio.file.Path;

/**
 * A package of the distribution, unpacked.
 *
 * @param control what it says of itself: name, version, source, maintainer
 * @param files the folder with what it would put into the root
 */
record DebianPackage(String name, String version, String control, Path files) {

    static DebianPackage of(String control, Path files) {
        return new DebianPackage(field(control, "Package"), field(control, "Version"), control, files);
    }

    private static String field(String control, String name) {
        return control.lines()
                .filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2).strip())
                .findFirst()
                .orElseThrow(() -> new ImageException("a package without the field " + name + ": " + control));
    }
}
