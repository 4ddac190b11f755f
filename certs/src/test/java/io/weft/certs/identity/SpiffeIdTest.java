package io.weft.certs.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {
    private static final TrustDomain LOCAL = TrustDomain.DEFAULT;

    @Test
    @DisplayName("T-01: the id of a workload has Istio's form")
    void the_id_of_a_workload_has_istios_form() {
        SpiffeId id = SpiffeId.workload(LOCAL, "shop", "cart");

        assertThat(id).hasToString("spiffe://cluster.local/ns/shop/sa/cart");
        assertThat(id.principal()).isEqualTo("cluster.local/ns/shop/sa/cart");
        assertThat(id.namespace()).contains("shop");
        assertThat(id.serviceAccount()).contains("cart");
        assertThat(SpiffeId.parse(id.toString())).isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://a",
                "spiffe://a/b",
                "spiffe://1.2.3.4/x",
                "spiffe://my_domain-1.example/A/b.c/..d/...",
                "spiffe://cluster.local/ns/shop/sa/cart"
            })
    void ids_that_the_specification_allows_are_kept_to_the_letter(String text) {
        assertThat(SpiffeId.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @DisplayName("G5: ids that break the SPIFFE specification are refused, each with its reason")
    @CsvSource(
            delimiter = '|',
            value = {
                "http://cluster.local/a | expected it to begin with spiffe://",
                "SPIFFE://cluster.local/a | expected it to begin with spiffe://",
                "spiffe:/cluster.local/a | expected it to begin with spiffe://",
                "spiffe:///a | has 0 characters",
                "spiffe://Cluster.local/a | character 'C' at 0",
                "spiffe://cluster.local:8443/a | character ':'",
                "spiffe://user@cluster.local/a | character '@'",
                "spiffe://cluster.local?x=1 | character '?'",
                "spiffe://cluster.local/a?x=1 | character '?'",
                "spiffe://cluster.local/a#b | character '#'",
                "spiffe://cluster.local/a%2fb | character '%'",
                "spiffe://clust%65r.local/a | character '%'",
                "spiffe://cluster.local/ | empty segment",
                "spiffe://cluster.local/a/ | empty segment",
                "spiffe://cluster.local/a//b | empty segment",
                "spiffe://cluster.local/./a | segment '.'",
                "spiffe://cluster.local/a/.. | segment '..'",
                "spiffe://cluster.local/a/../b | segment '..'",
                "spiffe://cluster.local/ns/a/sa/b*  | character '*'",
                "spiffe://clüster.local/a | character '\\u00fc'",
            })
    void ids_that_break_the_specification_are_refused(String text, String reason) {
        assertThatThrownBy(() -> SpiffeId.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    @DisplayName("G4: a zero byte is refused and does not reach a log as it is")
    void a_zero_byte_is_refused_and_printed_escaped() {
        assertThatThrownBy(() -> SpiffeId.parse("spiffe://cluster.local/ns/a/sa/b\0.evil"))
                .hasMessageContaining("\\u0000")
                .message()
                .doesNotContain("\0");
    }

    @Test
    void lengths_are_bounded_at_255_and_2048_characters() {
        String longestDomain = "d".repeat(255);
        assertThat(SpiffeId.parse("spiffe://" + longestDomain).trustDomain().name())
                .isEqualTo(longestDomain);
        assertThatThrownBy(() -> SpiffeId.parse("spiffe://" + longestDomain + "d"))
                .hasMessageContaining("expected 1 to 255");

        String longest = "spiffe://td/" + "p".repeat(2048 - 12);
        assertThat(SpiffeId.parse(longest)).hasToString(longest);
        assertThatThrownBy(() -> SpiffeId.parse(longest + "p")).hasMessageContaining("at most 2048");
    }

    @Test
    void a_namespace_cannot_smuggle_in_a_path() {
        assertThatThrownBy(() -> SpiffeId.workload(LOCAL, "a/sa/admin", "b")).hasMessageContaining("slash");
        assertThatThrownBy(() -> SpiffeId.workload(LOCAL, "..", "b")).hasMessageContaining("'..'");
        assertThat(SpiffeId.parse("spiffe://cluster.local/ns/a/b/sa/c").namespace())
                .isEmpty();
    }
}
