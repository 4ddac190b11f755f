package io.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/features.md} speaks of every feature once, and what it says works has a test. */
class FeaturesDocumentTest {

    /** How many rows each section of the reference has. */
    private static final Map<String, Integer> SECTIONS = sections();

    private static final Set<String> STATES = Set.of("works", "partly", "not yet");

    private static final Pattern ROW = Pattern.compile("^\\| ([A-Z][A-Z0-9]*-\\d\\d) \\|(.*)\\|$", Pattern.MULTILINE);
    private static final Pattern TEST = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|Scenarios))`");

    private static Map<String, Integer> sections() {
        Map<String, Integer> sections = new LinkedHashMap<>();
        sections.put("INT", 21);
        sections.put("L4", 13);
        sections.put("H", 20);
        sections.put("T", 21);
        sections.put("AZ", 10);
        sections.put("LB", 14);
        sections.put("R", 16);
        sections.put("X", 17);
        sections.put("LC", 9);
        sections.put("O", 14);
        sections.put("M", 4);
        sections.put("G", 4);
        sections.put("OUT", 3);
        sections.put("V", 3);
        sections.put("MC", 3);
        sections.put("EX", 4);
        return sections;
    }

    private record Row(String id, String feature, String state, String proof) {}

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        Matcher matcher = ROW.matcher(Sources.read(Sources.root().resolve("docs/features.md")));
        while (matcher.find()) {
            String[] cells = matcher.group(2).split("\\|", -1);
            assertThat(cells).as(matcher.group(1)).hasSize(3);
            rows.add(new Row(matcher.group(1), cells[0].strip(), cells[1].strip(), cells[2].strip()));
        }
        return rows;
    }

    @Test
    void every_feature_of_the_reference_stands_there_exactly_once() {
        List<String> wanted = SECTIONS.entrySet().stream()
                .flatMap(section -> IntStream.rangeClosed(1, section.getValue())
                        .mapToObj(number -> "%s-%02d".formatted(section.getKey(), number)))
                .toList();
        assertThat(rows().stream().map(Row::id)).containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    void a_feature_works_or_partly_or_not_yet() {
        assertThat(rows()).allSatisfy(row -> assertThat(STATES).as(row.id()).contains(row.state()));
    }

    @Test
    void what_works_names_its_test_and_what_works_partly_says_what_is_missing() {
        assertThat(rows()).allSatisfy(row -> {
            switch (row.state()) {
                case "works" -> assertThat(row.proof()).as(row.id()).containsPattern(TEST);
                case "partly" -> assertThat(row.proof()).as(row.id()).contains("Missing: ");
                default -> assertThat(row.proof()).as(row.id()).doesNotContainPattern(TEST);
            }
        });
    }

    @Test
    void every_test_that_is_named_exists() {
        Set<String> known = new TreeSet<>(Sources.types("test"));
        Set<String> unknown = new TreeSet<>();
        Stream<String> proofs = rows().stream().map(Row::proof);
        proofs.flatMap(proof -> TEST.matcher(proof).results())
                .map(test -> test.group(1))
                .filter(test -> !known.contains(test))
                .forEach(unknown::add);
        assertThat(unknown).isEmpty();
    }
}
