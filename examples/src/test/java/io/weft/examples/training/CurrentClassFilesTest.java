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
    void a_jar_without_such_is_left_as_it_is() throws Exception {
        Path jar = jar(compiled(JAVA_5 + 3, ClassFile.StackMapsOption.GENERATE_STACK_MAPS));
        byte[] before = Files.readAllBytes(jar);
        assertThat(ShippedJars.bring(List.of(jar))).isEmpty();
        assertThat(jar).hasBinaryContent(before);
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".made"));
    }
}
