package io.weft.controlplane.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.source.Findings.Finding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code docs/compatibility.md} names the fields that are read, and no others. */
final class KindsDocumentTest {
    private static final Path PAGE = Path.of("../docs/compatibility.md");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern FIELD = Pattern.compile("\\b[a-z][A-Za-z]+\\b");
    private static final Pattern KNOWN = Pattern.compile("not supported; known here: ([A-Za-z, ]+)$");

    /** What stands in code there and is a value, or belongs to every kind. */
    private static final Set<String> NO_FIELDS = Set.of(
            "not",
            "default",
            "metadata",
            "labels",
            "annotations",
            "spec",
            "status",
            "weft",
            "io",
            "kubernetes",
            "suffix");

    /** Of the names of every kind; the page tells of them before its table. */
    private static final Set<String> OF_ALL_KINDS = Set.of("apiVersion", "kind", "metadata", "spec", "status");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Service | v1 | spec: {%s} ; spec: {ports: [{port: 1, %s}]} ; spec: {type: ClusterIP, %s}",
                "EndpointSlice | discovery.k8s.io/v1 | %s ; endpoints: [{addresses: [10.0.0.1], %s}]"
                        + " ; endpoints: [{addresses: [10.0.0.1], conditions: {%s}}] ; ports: [{port: 1, %s}]",
                "Pod | v1 | spec: {%s} ; spec: {containers: [{name: a, ports: [{containerPort: 1, %s}]}]}"
                        + " ; spec: {containers: [{name: a, %s}]} ; status: {%s} ; metadata: {name: a, %s}",
                "WorkloadEntry | networking.istio.io/v1 | spec: {address: 10.0.0.1, %s} ; metadata: {name: a, %s}",
                "PeerAuthentication | security.istio.io/v1 | spec: {%s} ; spec: {mtls: {%s}} ; spec: {selector: {%s}}",
                "DestinationRule | networking.istio.io/v1 | spec: {host: a, %s} ; spec: {host: a, trafficPolicy: {%s}}"
                        + " ; spec: {host: a, trafficPolicy: {loadBalancer: {%s}}}"
                        + " ; spec: {host: a, trafficPolicy: {tls: {mode: DISABLE, %s}}}"
                        + " ; spec: {host: a, trafficPolicy: {portLevelSettings: [{port: {number: 1}, %s}]}}"
                        + " ; spec: {host: a, trafficPolicy: {portLevelSettings: [{port: {number: 1, %s}}]}}",
                "AuthorizationPolicy | security.istio.io/v1 | spec: {%s} ; spec: {selector: {%s}} ; spec: {rules: [{%s}]}"
                        + " ; spec: {rules: [{from: [{%s}]}]} ; spec: {rules: [{from: [{source: {%s}}]}]}"
                        + " ; spec: {rules: [{to: [{%s}]}]} ; spec: {rules: [{to: [{operation: {%s}}]}]}",
            })
    void what_is_said_is_read_and_what_is_read_is_said(String kind, String version, String places) throws IOException {
        String row = Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| `[^`]*` " + kind + "( \\(.*\\))? \\|.*"))
                .map(line -> line.substring(line.indexOf('|', 1)))
                .collect(Collectors.joining());
        assertThat(row).as("a row for " + kind).isNotEmpty();
        Set<String> said = new TreeSet<>();
        CODE.matcher(row).results().forEach(code -> {
            if (!code.group(1).contains("/")) {
                FIELD.matcher(code.group(1)).results().forEach(field -> said.add(field.group()));
            }
        });
        said.removeAll(NO_FIELDS);
        List<String> where = List.of(places.split(" ; "));
        assertThat(said)
                .allSatisfy(field -> assertThat(where)
                        .as("%s is said to be read of a %s", field, kind)
                        .anySatisfy(place -> assertThat(findings(kind, version, place, field))
                                .noneMatch(finding -> finding.matches("(.*\\.)?" + field + ": not supported.*"))));
        for (String place : where) {
            Set<String> read = new TreeSet<>();
            for (String finding : findings(kind, version, place, "zzzz")) {
                KNOWN.matcher(finding)
                        .results()
                        .forEach(known -> read.addAll(List.of(known.group(1).split(", "))));
            }
            read.removeAll(OF_ALL_KINDS);
            assertThat(read).as("said of what is read at: " + place).allMatch(field -> isSaid(row, field));
        }
    }

    /** {@code notPaths} is said by {@code paths} and its twin. */
    private static boolean isSaid(String row, String field) {
        String twin = field.startsWith("not") ? field.substring(3) : field;
        return row.contains(field)
                || (row.contains("`not...`") && row.toLowerCase(Locale.ROOT).contains(twin.toLowerCase(Locale.ROOT)));
    }

    private static List<String> findings(String kind, String version, String place, String field) {
        if (place.contains(field + ":")) {
            return List.of(); // it stands there already, and is read
        }
        String body = place.replace("%s", field + ": null");
        String yaml = "apiVersion: " + version + "\nkind: " + kind + "\n"
                + (body.startsWith("metadata") ? "" : "metadata: {name: a}\n") + body + "\n";
        if (!(YamlDocuments.parse(yaml).getFirst() instanceof YamlDocuments.Document.Parsed parsed)) {
            throw new IllegalArgumentException(yaml);
        }
        return switch (new ObjectReader("cluster.local").read(parsed.root()).getFirst()) {
            case Reading.Good good -> List.of();
            case Reading.Refused refused ->
                refused.findings().stream().map(Finding::reason).toList();
            case Reading.Unknown unknown ->
                unknown.findings().stream().map(Finding::reason).toList();
        };
    }
}
