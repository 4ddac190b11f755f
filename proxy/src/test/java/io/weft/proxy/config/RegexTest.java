package io.weft.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("E9: regular expressions of the configuration")
class RegexTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "abc|3",
                "a{1000}|1000",
                "(ab){3,5}c|11",
                "(x{1000}){1000}|1000000",
                "((x{10,}){10})*|101",
                "[a-z{9}]{2}|2",
                "[]{9}]{2}|2",
                "[[:alpha:]]{2}|2",
                "\\Qa{9}\\E{2}|8",
                "\\x{1F600}{3}|3",
                "\\p{Greek}{4}|4",
                "a\\{9}|4",
                "{|1",
                "a{x}|4"
            })
    void the_size_counts_every_repetition(String expression, long size) {
        assertThat(RegexSize.of(expression)).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(x{1000}){1000}", "((((x{99}){99}){99}){99}){99}", "(?:a{500}|b{500}){50}"})
    void a_repetition_bomb_is_refused_before_it_is_compiled(String bomb) {
        assertThatThrownBy(() -> StringMatch.Regex.of(bomb)).hasMessageContaining("expected at most 10000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+$", "/api/v[0-9]{1,3}/.*", "(ab?c*){100}"})
    void an_honest_expression_is_taken(String expression) {
        assertThat(StringMatch.Regex.of(expression).pattern().pattern()).isEqualTo(expression);
    }
}
