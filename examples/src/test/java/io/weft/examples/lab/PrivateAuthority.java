package io.weft.examples.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An authority that has nothing to do with a mesh, made by OpenSSL; its files, keys too, may be read by every account of the lab. */
public final class PrivateAuthority {
    private final Path folder;
    private final String name;

    private PrivateAuthority(Path folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    /** Its root is {@code NAME.pem} in the folder. */
    public static PrivateAuthority in(Path folder, String name) {
        var authority = new PrivateAuthority(LabFiles.openFolder(folder), name);
        authority.openssl(name, "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign");
        return authority;
    }

    /**
     * Makes {@code FILE.pem} and {@code FILE.key}.
     *
     * @param alternatives in OpenSSL's form, as {@code DNS:a.example,IP:10.0.0.1}
     */
    public PrivateAuthority certificate(String file, String alternatives) {
        openssl(
                file,
                "basicConstraints=critical,CA:FALSE\nsubjectAltName=" + alternatives,
                "-CA",
                name + ".pem",
                "-CAkey",
                name + ".key");
        return this;
    }

    private void openssl(String file, String extensions, String... issuer) {
        LabFiles.write(
                folder.resolve(file + ".cnf"), "[req]\ndistinguished_name=dn\n[dn]\n[ext]\n" + extensions + "\n");
        var command =
                new ArrayList<>(List.of("openssl", "req", "-x509", "-config", file + ".cnf", "-extensions", "ext"));
        command.addAll(List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"));
        command.addAll(List.of("-subj", "/CN=" + file, "-keyout", file + ".key", "-out", file + ".pem"));
        command.addAll(List.of(issuer));
        Command.ok("sh", "-c", "cd " + folder + " && " + String.join(" ", command) + " && chmod a+r *");
    }
}
