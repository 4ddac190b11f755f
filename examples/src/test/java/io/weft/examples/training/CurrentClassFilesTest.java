package io.weft.examples.training;

import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libraries of old formats in a shipped layout. */
class CurrentClassFilesTest {

    private static final int JAVA_5 = 49;
    private static final int JAVA_17 = 61;
    private static final ClassDesc OLD = ClassDesc.of("old.Old");
    private static final MethodTypeDesc INT_TO_INT = MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int);

    @TempDir
    Path folder;

    /** A class whose method branches, so that it needs a stack map as soon as it is of a format that has them. */
    private static byte[] compiled(int major, ClassFile.StackMapsOption maps) {
        return ClassFile.of(maps)
                .build(
                        OLD,
                        built -> built.withVersion(major, 0)
                                .withMethodBody(
                                        "sign",
                                        INT_TO_INT,
                                        ACC_PUBLIC | ACC_STATIC,
                                        code -> code.iload(0)
                                                .ifThenElse(
                                                        java.lang.classfile.Opcode.IFLT,
                                                        then -> then.iconst_m1().ireturn(),
                                                        otherwise -> otherwise
                                                                .iconst_1()
                                                                .ireturn())));
    }

    private Path jar(byte[] content) throws IOException {
        Path jar = folder.resolve("some.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry("old/Old.class"));
            out.write(content);
            out.closeEntry();
            out.putNextEntry(new JarEntry("LICENSE"));
            out.write('x');
            out.closeEntry();
        }
        return jar;
    }

    private static int major(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getInputStream(file.getJarEntry("old/Old.class")).readAllBytes()[7];
        }
    }

    @Test
    void a_class_of_java_5_gets_stack_maps_and_does_what_it_did() throws Exception {
        Path jar = jar(compiled(JAVA_5, ClassFile.StackMapsOption.DROP_STACK_MAPS));
        assertThat(ShippedJars.bring(List.of(jar))).containsExactly(jar);
        assertThat(major(jar)).isEqualTo(51);
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()})) {
            var sign = loader.loadClass("old.Old").getMethod("sign", int.class);
            assertThat(sign.invoke(null, -7)).isEqualTo(-1);
            assertThat(sign.invoke(null, 7)).isEqualTo(1);
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            assertThat(file.getInputStream(file.getJarEntry("LICENSE")).readAllBytes())
                    .containsExactly('x');
        }
    }

    @Test
    void a_signed_jar_loses_its_signature_and_its_offer_of_a_provider_and_nothing_else() throws Exception {
        Path jar = folder.resolve("signed.jar");
        byte[] content = compiled(JAVA_17, ClassFile.StackMapsOption.DROP_STACK_MAPS);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            put(out, "META-INF/MANIFEST.MF", """
                    Manifest-Version: 1.0
                    Multi-Release: true

                    Name: old/Old.class
                    SHA-256-Digest: AAAA

                    """.getBytes(StandardCharsets.UTF_8));
            put(out, "META-INF/SIGNER.SF", "Signature-Version: 1.0\n\n".getBytes(StandardCharsets.UTF_8));
            put(out, "META-INF/LICENSE.md", new byte[] {'x'});
            put(out, "META-INF/services/java.security.Provider", new byte[] {'x'});
            put(out, "META-INF/services/some.Other", new byte[] {'x'});
            put(out, "old/Old.class", content);
        }
        assertThat(ShippedJars.bring(List.of(jar))).containsExactly(jar);
        try (JarFile file = new JarFile(jar.toFile())) {
            assertThat(file.stream().map(JarEntry::getName))
                    .containsExactly(
                            "META-INF/MANIFEST.MF",
                            "META-INF/LICENSE.md",
                            "META-INF/services/some.Other",
                            "old/Old.class");
            assertThat(file.isMultiRelease()).isTrue();
            assertThat(file.getManifest().getEntries()).isEmpty();
            assertThat(file.getInputStream(file.getJarEntry("old/Old.class")).readAllBytes())
                    .isEqualTo(content);
        }
        assertThat(ShippedJars.bring(List.of(jar))).as("once is enough").isEmpty();
    }

    private static void put(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(content);
        out.closeEntry();
    }

    @Test
    void a_jar_without_such_is_left_as_it_is() throws Exception {
        Path jar = jar(compiled(JAVA_5 + 3, ClassFile.StackMapsOption.GENERATE_STACK_MAPS));
        byte[] before = Files.readAllBytes(jar);
        assertThat(ShippedJars.bring(List.of(jar))).isEmpty();
        assertThat(jar).hasBinaryContent(before);
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".made"));
    }
}
