package io.weft.init;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.init.options.Flag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DocumentedFlagsTest {
    @ParameterizedTest
    @EnumSource
    void every_flag_stands_in_the_documentation_with_its_environment_and_default(Flag flag) throws IOException {
        String page = Files.readString(Path.of("../docs/interception.md"));
        String row = page.lines()
                .filter(line -> line.startsWith("|") && line.contains("`" + flag.longName() + "`"))
                .findFirst()
                .orElse("no row for " + flag.longName());
        for (String name : flag.names()) {
            assertThat(row).contains("`" + name + "`");
        }
        for (String name : flag.environment()) {
            assertThat(row).contains("`" + name + "`");
        }
        if (flag.kind() != Flag.Kind.REFUSED && !flag.defaultValue().isEmpty()) {
            assertThat(row).contains("`" + flag.defaultValue() + "`");
        }
    }
}
