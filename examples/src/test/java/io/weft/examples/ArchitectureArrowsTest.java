package io.weft.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows between modules and packages. Only here can all modules be seen at once. */
class ArchitectureArrowsTest {

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.weft");

    @ParameterizedTest
    @CsvSource({
        "io.weft.proxy.., io.weft.controlplane..",
        "io.weft.controlplane.., io.weft.proxy..",
        "io.weft.certs.., io.weft.proxy..",
        "io.weft.certs.., io.weft.controlplane..",
        "io.weft.certs.., io.weft.init..",
        "io.weft.init.., io.weft.certs..",
        "io.weft.init.., io.weft.proxy..",
        "io.weft.init.., io.weft.controlplane..",
        "io.weft.proxy.., io.weft.init..",
        "io.weft.controlplane.., io.weft.init..",
    })
    void no_arrow_leads_from_one_module_to_another_but_to_certs(String from, String to) {
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(to)
                .check(ALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.weft.certs..", "io.weft.init..", "io.weft.proxy..", "io.weft.controlplane.."})
    void no_program_knows_the_examples(String program) {
        noClasses()
                .that()
                .resideInAPackage(program)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.weft.examples..")
                .check(ALL);
    }

    @Test
    void bouncy_castle_is_seen_in_one_package_only() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.weft.certs.x509")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bouncycastle..")
                .check(ALL);
    }

    @Test
    void configuration_knows_nothing_that_can_change() {
        noClasses()
                .that()
                .resideInAPackage("io.weft.proxy.config")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..", "com.google.protobuf..", "io.envoyproxy..", "io.grpc..", "java.util.concurrent..")
                .check(ALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"route", "chain", "authorize", "balance"})
    void a_decision_knows_neither_the_network_nor_the_wire_format_of_configuration(String decision) {
        noClasses()
                .that()
                .resideInAPackage("io.weft.proxy." + decision)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty..", "com.google.protobuf..", "io.envoyproxy..", "io.grpc..", "java.nio.channels..")
                .check(ALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config", "route", "chain", "authorize", "balance"})
    void a_decision_reads_no_clock_and_no_file(String decision) {
        noClasses()
                .that()
                .resideInAPackage("io.weft.proxy." + decision)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.io..")
                .check(ALL);
    }

    @Test
    void no_proxy_loads_generated_messages_or_another_grpc() {
        noClasses()
                .that()
                .resideInAPackage("io.weft.proxy..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.envoyproxy..", "com.google.protobuf..", "com.google.rpc..", "io.grpc..")
                .check(ALL);
    }

    @Test
    void envoys_api_stays_where_configuration_is_told_or_shown() {
        noClasses()
                .that()
                .resideInAPackage("io.weft.proxy..")
                .and()
                .resideOutsideOfPackages(
                        "io.weft.proxy.wire..",
                        "io.weft.proxy.grpc..",
                        "io.weft.proxy.xds..",
                        "io.weft.proxy.bootstrap..",
                        "io.weft.proxy.identity..",
                        "io.weft.proxy.agent..",
                        "io.weft.proxy.sidecar..",
                        "io.weft.proxy.agent..",
                        "io.weft.proxy.telemetry..", // the node's metadata, as JSON
                        "io.weft.proxy.admin..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.weft.proxy.wire..")
                .check(ALL);
    }

    @Test
    void how_the_proxy_is_told_never_touches_the_path_of_a_connection() {
        noClasses()
                .that()
                .resideInAnyPackage("io.weft.proxy.xds..", "io.weft.proxy.bootstrap..", "io.weft.proxy.identity..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.weft.proxy.listen..",
                        "io.weft.proxy.exchange..",
                        "io.weft.proxy.cluster..",
                        "io.weft.proxy.pool..",
                        "io.weft.proxy.tcp..",
                        "io.weft.proxy.http1..",
                        "io.weft.proxy.http2..",
                        "io.weft.proxy.worker..",
                        "io.weft.proxy.runtime..")
                .check(ALL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "listen",
                "detect",
                "chain",
                "tls",
                "authorize",
                "tcp",
                "http",
                "http1",
                "http2",
                "exchange",
                "filter",
                "route",
                "cluster",
                "balance",
                "pool",
                "connect",
                "worker",
                "runtime"
            })
    void the_path_of_a_connection_knows_neither_who_tells_it_nor_who_watches(String step) {
        noClasses()
                .that()
                .resideInAPackage("io.weft.proxy." + step)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.weft.proxy.xds..",
                        "io.weft.proxy.bootstrap..",
                        "io.weft.proxy.sidecar..",
                        "io.weft.proxy.identity..",
                        "io.weft.proxy.agent..",
                        "io.weft.proxy.dns..",
                        "io.weft.proxy.telemetry..",
                        "io.weft.proxy.admin..")
                .check(ALL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.weft.certs.(*)..",
                "io.weft.init.(*)..",
                "io.weft.proxy.(*)..",
                "io.weft.controlplane.(*)..",
            })
    void packages_do_not_depend_on_each_other_in_circles(String module) {
        slices().matching(module).should().beFreeOfCycles().check(ALL);
    }

    @Test
    void http_2_and_http_1_do_not_know_each_other() {
        noClasses()
                .that()
                .resideInAPackage("io.weft.proxy.http1")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.weft.proxy.http2")
                .check(ALL);
        noClasses()
                .that()
                .resideInAPackage("io.weft.proxy.http2")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.weft.proxy.http1")
                .check(ALL);
    }

    @Test
    void no_static_field_can_change() {
        fields().that().areStatic().should(beFinal()).check(ALL);
    }

    private static ArchCondition<JavaField> beFinal() {
        return new ArchCondition<>("be final") {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                boolean generated = field.getModifiers().contains(JavaModifier.SYNTHETIC);
                if (!generated && !field.getModifiers().contains(JavaModifier.FINAL)) {
                    events.add(SimpleConditionEvent.violated(field, field.getFullName() + " is static and not final"));
                }
            }
        };
    }
}
