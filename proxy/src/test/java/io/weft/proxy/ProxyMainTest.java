package io.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyMainTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "sidecar"})
    void a_rehearsal_out_of_range_is_refused_by_either_command(String command) {
        String[] arguments = (command + " --rehearsal-requests=-1").strip().split(" ");
        StringWriter said = new StringWriter();
        PrintWriter err = new PrintWriter(said);
        assertThat(ProxyMain.run(new PrintWriter(new StringWriter()), err, arguments))
                .isEqualTo(2);
        assertThat(said.toString()).startsWith("--rehearsal-requests: rehearsal of -1 requests: expected 0 to 100000");
    }
}
