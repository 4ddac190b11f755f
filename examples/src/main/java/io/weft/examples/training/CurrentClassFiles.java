package io.weft.examples.training;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import org.jspecify.annotations.Nullable;

/**
 * Brings class files from before Java 6 to a format with stack maps (JVMS 4.10.1), their code unchanged. A class cache
 * takes no older ones, and the JVM verifies those by its old and slow way at each start.
 */
final class CurrentClassFiles {

    /** The first format with stack maps that a JVM insists on. */
    private static final int STACK_MAPS = 51;

    private final ClassFile files;

    /** @param relatives knows the classes that an old one mentions */
    CurrentClassFiles(ClassHierarchyResolver relatives) {
        files = ClassFile.of(StackMapsOption.GENERATE_STACK_MAPS, ClassHierarchyResolverOption.of(relatives));
    }

    /** The class in a current format, or null when it is in one. */
    byte @Nullable [] of(byte[] content) {
        int major = ((content[6] & 0xff) << 8) | (content[7] & 0xff);
        if (major >= STACK_MAPS) {
            return null;
        }
        return files.transformClass(
                files.parse(content),
                ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                        .andThen(ClassTransform.endHandler(built -> built.withVersion(STACK_MAPS, 0))));
    }
}
