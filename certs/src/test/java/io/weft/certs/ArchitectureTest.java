package io.weft.certs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.weft.certs");

    @ParameterizedTest
    @CsvSource({
        "io.weft.certs.x509, org.bouncycastle..",
        "io.weft.certs.service, io.grpc..",
        "io.weft.certs.service, com.google.protobuf..",
        "io.weft.certs, picocli..",
    })
    void a_library_is_seen_in_one_package_only(String owner, String library) {
        noClasses()
                .that()
                .resideOutsideOfPackage(owner)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library)
                .check(CLASSES);
    }

    @ParameterizedTest
    @CsvSource({"asn1", "identity", "key", "rotation", "service"})
    void what_a_proxy_needs_does_not_reach_the_authority(String part) {
        noClasses()
                .that()
                .resideInAPackage("io.weft.certs." + part)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.weft.certs.authority", "io.weft.certs.x509", "io.weft.certs.store")
                .check(CLASSES);
    }

    @Test
    void nothing_pure_reads_a_clock_or_a_file() {
        noClasses()
                .that()
                .resideInAnyPackage("io.weft.certs.identity", "io.weft.certs.rotation", "io.weft.certs.asn1")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.net..")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Instant.class, "now")
                .check(CLASSES);
    }

    @Test
    void packages_do_not_depend_on_each_other_in_circles() {
        slices().matching("io.weft.certs.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void certs_depends_on_no_other_module() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.weft.proxy..", "io.weft.controlplane..", "io.weft.init..", "io.weft.examples..")
                .check(CLASSES);
    }
}
