package io.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the text of the sources must and must not hold. */
class ArchitectureSourceTest {

    private static final int MAX_LINES = 400;

    private static final Pattern NAME_WITHOUT_MEANING =
            Pattern.compile("(?i)(?:.*(?:utils?|helpers?|impl))|common|core|misc|base");

    private static final Pattern SLEEP = Pattern.compile("\\bThread\\.sleep\\b");
    private static final Pattern WALL_CLOCK = Pattern.compile("\\bSystem\\.currentTimeMillis\\b");

    /** Programs of the demo and the lab that wait for other processes, which tell nobody when they are done. */
    private static final Set<String> MAY_SLEEP = Set.of("Await.java");

    @Test
    void every_package_says_what_it_is() {
        Set<Path> without = new TreeSet<>();
        for (Path file : Sources.java("main")) {
            Path folder = file.getParent();
            if (folder != null && !Files.exists(folder.resolve("package-info.java"))) {
                without.add(Sources.relative(folder));
            }
        }
        assertThat(without).as("packages without package-info.java").isEmpty();
    }

    @Test
    void no_class_of_the_proxy_is_longer_than_400_lines() {
        List<String> longer = new ArrayList<>();
        for (Path file : Sources.java("proxy", "main")) {
            long lines = Sources.read(file).lines().count();
            if (lines > MAX_LINES) {
                longer.add(Sources.relative(file) + " has " + lines + " lines, expected at most " + MAX_LINES);
            }
        }
        assertThat(longer).isEmpty();
    }

    @Test
    void no_class_or_package_has_a_name_without_meaning() {
        Set<String> named = new TreeSet<>();
        for (Path file : Sources.java("main")) {
            for (Path part : Sources.relative(file)) {
                String name = part.toString().replace(".java", "");
                if (NAME_WITHOUT_MEANING.matcher(name).matches()) {
                    named.add(Sources.relative(file).toString());
                }
            }
        }
        assertThat(named).isEmpty();
    }

    @Test
    void nothing_sleeps() {
        assertThat(holding(SLEEP, MAY_SLEEP)).isEmpty();
    }

    @Test
    void nothing_reads_the_wall_clock_but_through_an_instant_source() {
        assertThat(holding(WALL_CLOCK, Set.of())).isEmpty();
    }

    private static Set<String> holding(Pattern pattern, Set<String> except) {
        Set<String> found = new TreeSet<>();
        for (Path file : Sources.java("main")) {
            if (!except.contains(String.valueOf(file.getFileName()))
                    && pattern.matcher(Sources.read(file)).find()) {
                found.add(Sources.relative(file).toString());
            }
        }
        return found;
    }
}
