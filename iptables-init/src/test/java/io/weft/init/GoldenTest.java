package io.weft.init;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file of {@code golden} is one situation: the flags, a line of dashes, and what must come of them. To write the
 * files anew: {@code -Dgolden.update=src/test/resources/golden}.
 */
class GoldenTest {
    private static final String SEPARATOR = "\n---\n";
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    static Stream<Path> situations() throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(GoldenTest.class.getResource("/golden"));
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("situations")
    void flags_give_exactly_these_rules(Path file) throws IOException {
        String content = Files.readString(file);
        int end = content.indexOf(SEPARATOR);
        String flags = (end < 0 ? content : content.substring(0, end)).strip();
        String actual = dryRun(flags, "");
        if (!actual.startsWith("exit status")) {
            actual += dryRun(flags, "--native-nftables");
        }
        String update = System.getProperty("golden.update", "");
        if (!update.isEmpty()) {
            Files.writeString(Path.of(update).resolve(String.valueOf(file.getFileName())), flags + SEPARATOR + actual);
            return;
        }
        assertThat(actual).isEqualTo(content.substring(end + SEPARATOR.length()));
    }

    private static String dryRun(String flags, String backend) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> arguments = words(flags + " " + backend);
        arguments.add("--dry-run");
        int status = new InitCommand(Map.of("ENVOY_USER", "no-such-user"), new PrintWriter(out), new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
        return status == 0 ? out.toString() : "exit status " + status + "\n" + err;
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return words;
    }
}
