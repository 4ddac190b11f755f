package io.weft.controlplane;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The direction in which the packages know each other. */
class ArrowsTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.weft.controlplane");

    @Test
    void a_change_goes_from_source_to_serve_and_nobody_looks_back() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("program")
                .definedBy("io.weft.controlplane")
                .layer("source")
                .definedBy("io.weft.controlplane.source")
                .layer("model")
                .definedBy("io.weft.controlplane.model")
                .layer("generate")
                .definedBy("io.weft.controlplane.generate")
                .layer("push")
                .definedBy("io.weft.controlplane.push")
                .layer("serve")
                .definedBy("io.weft.controlplane.serve")
                .layer("caller")
                .definedBy("io.weft.controlplane.caller")
                .layer("issue")
                .definedBy("io.weft.controlplane.issue")
                .layer("admin")
                .definedBy("io.weft.controlplane.admin")
                .whereLayer("program")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("source")
                .mayOnlyBeAccessedByLayers("program")
                .whereLayer("generate")
                .mayOnlyBeAccessedByLayers("push", "serve", "admin", "program")
                .whereLayer("push")
                .mayOnlyBeAccessedByLayers("serve", "program")
                .whereLayer("serve")
                .mayOnlyBeAccessedByLayers("admin", "program")
                .whereLayer("caller")
                .mayOnlyBeAccessedByLayers("serve", "issue", "program")
                .whereLayer("issue")
                .mayOnlyBeAccessedByLayers("program")
                .whereLayer("admin")
                .mayOnlyBeAccessedByLayers("program")
                .check(CLASSES);
    }

    @Test
    void the_role_that_pushes_configuration_cannot_sign_and_the_one_that_signs_cannot_push() {
        noClasses()
                .that()
                .resideInAnyPackage("io.weft.controlplane.serve", "io.weft.controlplane.push")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.weft.certs.authority", "io.weft.certs.join", "io.weft.controlplane.issue")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.weft.controlplane.issue")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.weft.controlplane.serve", "io.weft.controlplane.push", "io.weft.controlplane.generate")
                .check(CLASSES);
    }

    @Test
    void the_protocol_has_no_thread_no_clock_and_no_socket() {
        noClasses()
                .that()
                .haveSimpleNameEndingWith("Protocol")
                .and()
                .resideInAPackage("io.weft.controlplane.serve")
                .or()
                .haveFullyQualifiedName("io.weft.controlplane.serve.Turn")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.util.concurrent..", "java.time..", "java.net..", "io.netty..", "io.grpc.stub..")
                .check(CLASSES);
    }
}
