package io.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages that explain the code name only what is in it. */
class ArchitectureDocumentTest {

    private static final Pattern QUOTED = Pattern.compile("`([^`\n]+)`");

    /** A type, perhaps nested, perhaps with one of its members: {@code Rbac.Policy}, {@code Authority.issue}. */
    private static final Pattern TYPE = Pattern.compile(
            "([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)((?:\\.[A-Z][A-Za-z0-9]*)*)(?:\\.[a-z]\\w*)?(?:\\(\\))?");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(?:#[^)]*)?\\)");
    private static final Pattern PACKAGE = Pattern.compile("io\\.weft(?:\\.[a-z0-9]+)+");

    /** Words of the mesh's surroundings: kinds of Kubernetes and Istio, messages of Envoy, and a type of the JDK. */
    private static final Set<String> OF_OTHERS = Set.of(
            "Namespace",
            "Service",
            "EndpointSlice",
            "Pod",
            "WorkloadEntry",
            "PeerAuthentication",
            "DestinationRule",
            "AuthorizationPolicy",
            "Cluster",
            "ClusterLoadAssignment",
            "Listener",
            "RouteConfiguration",
            "Secret",
            "CreateCertificate",
            "BlackHoleCluster",
            "PassthroughCluster",
            "InboundPassthroughCluster",
            "DeltaAggregatedResources",
            "StreamAggregatedResources",
            "InstantSource");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ARCHITECTURE.md",
                "CONTRIBUTING.md",
                "docs/life-of-a-connection.md",
                "docs/life-of-a-configuration-change.md",
                "docs/life-of-a-certificate.md"
            })
    void every_type_that_a_page_names_exists(String page) {
        Set<String> known = Sources.types("main");
        known.addAll(Sources.types("test"));
        known.addAll(OF_OTHERS);
        Set<String> unknown = new TreeSet<>();
        for (String name : namedBy(Sources.root().resolve(page))) {
            if (!known.contains(name)) {
                unknown.add(name);
            }
        }
        assertThat(unknown)
                .as("types that %s names and the source tree does not have", page)
                .isEmpty();
    }

    private static Set<String> namedBy(Path page) {
        Set<String> names = new TreeSet<>();
        for (MatchResult quoted : QUOTED.matcher(Sources.read(page)).results().toList()) {
            TYPE.matcher(quoted.group(1))
                    .results()
                    .filter(type -> type.group().equals(quoted.group(1)))
                    .forEach(type -> {
                        names.add(type.group(1));
                        for (String nested : type.group(2).split("\\.", -1)) {
                            if (!nested.isEmpty()) {
                                names.add(nested);
                            }
                        }
                    });
        }
        return names;
    }

    @Test
    void every_package_stands_on_the_map() {
        String map = Sources.read(Sources.root().resolve("ARCHITECTURE.md"));
        Set<String> missing = new TreeSet<>();
        for (Path file : Sources.java("main")) {
            Path folder = file.getParent();
            if (folder != null
                    && !Pattern.compile("\\b" + folder.getFileName() + "\\b")
                            .matcher(map)
                            .find()) {
                missing.add(Sources.relative(folder).toString());
            }
        }
        assertThat(missing).as("packages that ARCHITECTURE.md does not name").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ARCHITECTURE.md", "CONTRIBUTING.md", "docs/life-of-a-connection.md"})
    void every_package_that_a_page_names_exists(String page) {
        Set<String> unknown = new TreeSet<>();
        for (MatchResult name : PACKAGE.matcher(Sources.read(Sources.root().resolve(page)))
                .results()
                .toList()) {
            String folder = name.group().replace('.', '/');
            boolean known = Sources.MODULES.stream()
                    .anyMatch(module -> Files.isDirectory(Sources.root()
                            .resolve(module)
                            .resolve("src/main/java")
                            .resolve(folder)));
            if (!known) {
                unknown.add(name.group());
            }
        }
        assertThat(unknown).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README.md",
                "ARCHITECTURE.md",
                "CHANGELOG.md",
                "CONTRIBUTING.md",
                "docs/compatibility.md",
                "docs/features.md",
                "docs/interception.md",
                "docs/life-of-a-connection.md",
                "docs/life-of-a-configuration-change.md",
                "docs/life-of-a-certificate.md",
                "docs/operations.md"
            })
    void every_link_of_a_page_leads_to_a_file(String page) {
        Path file = Sources.root().resolve(page);
        Set<String> broken = new TreeSet<>();
        for (MatchResult link : LINK.matcher(Sources.read(file)).results().toList()) {
            String target = link.group(1);
            if (!target.contains("://") && !Files.exists(file.resolveSibling(target))) {
                broken.add(target);
            }
        }
        assertThat(broken).as("links of %s", page).isEmpty();
    }
}
