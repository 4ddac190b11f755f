package io.weft.init;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.weft.init");

    @Test
    void only_the_applier_starts_processes() {
        noClasses()
                .that()
                .haveNameNotMatching("io\\.weft\\.init\\.apply\\.Applier(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ProcessBuilder.class, Process.class, Runtime.class)
                .check(MODULE);
    }

    @Test
    void the_steps_depend_in_one_direction() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("command")
                .definedBy("io.weft.init")
                .layer("validate")
                .definedBy("io.weft.init.validate")
                .layer("apply")
                .definedBy("io.weft.init.apply")
                .layer("render")
                .definedBy("io.weft.init.render")
                .layer("plan")
                .definedBy("io.weft.init.plan")
                .layer("options")
                .definedBy("io.weft.init.options")
                .whereLayer("command")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("validate")
                .mayOnlyBeAccessedByLayers("command")
                .whereLayer("apply")
                .mayOnlyBeAccessedByLayers("command")
                .whereLayer("render")
                .mayOnlyBeAccessedByLayers("command", "apply")
                .whereLayer("plan")
                .mayOnlyBeAccessedByLayers("command", "apply", "render", "validate")
                .check(MODULE);
    }

    @Test
    void nothing_depends_on_another_module() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.weft.certs..", "io.weft.proxy..", "io.weft.controlplane..", "io.netty..")
                .check(MODULE);
    }
}
