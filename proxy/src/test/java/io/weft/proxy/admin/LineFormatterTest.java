package io.weft.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineFormatterTest {

    private static String format(Level level, String message, Object... parameters) {
        LogRecord record = new LogRecord(level, message);
        record.setInstant(Instant.parse("2026-11-24T10:00:00Z"));
        record.setLoggerName("io.weft.proxy.listen");
        record.setParameters(parameters);
        return new LineFormatter().format(record);
    }

    @Test
    void a_record_is_one_line_as_envoy_writes_it() {
        assertThat(format(Level.INFO, "listener {0}", "web"))
                .isEqualTo("[2026-11-24T10:00:00.000Z][info][io.weft.proxy.listen] listener web\n");
    }

    @Test
    @DisplayName("E12")
    void what_a_peer_sent_cannot_begin_a_line() {
        assertThat(format(Level.SEVERE, "bad name {0}", "a\r\n[fake]\u001b[0m"))
                .isEqualTo(
                        "[2026-11-24T10:00:00.000Z][error][io.weft.proxy.listen] bad name a\\r\\n[fake]\\u001b[0m\n");
    }

    @ParameterizedTest
    @CsvSource({"trace,trace", "debug,debug", "info,info", "warning,warning", "error,error", "critical,error", "off,off"
    })
    void levels_go_by_envoys_names(String given, String shown) {
        Logger logger = Logger.getLogger("io.weft.proxy.tls");
        Level before = logger.getLevel();
        try {
            LogLevels levels = new LogLevels();
            levels.component("tls", LogLevels.parse(given));
            assertThat(levels.levels()).containsEntry("tls", shown);
        } finally {
            logger.setLevel(before);
        }
    }

    @Test
    void an_unknown_name_is_told_what_was_expected() {
        assertThatThrownBy(() -> LogLevels.parse("loud"))
                .hasMessageContaining("loud")
                .hasMessageContaining("warning");
        assertThatThrownBy(() -> new LogLevels().component("nothing", System.Logger.Level.INFO))
                .hasMessageContaining("nothing");
    }
}
