package io.weft.controlplane.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:0:1:0:0:0:1, 2001:db8:0:1::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "::ffff:10.0.0.1, 10.0.0.1",
    })
    void has_one_text_however_it_is_written(String written, String canonical) {
        assertThat(IpAddress.of(written).text()).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "10.0.0",
                "10.0.0.256",
                "010.0.0.1",
                "0x0a.0.0.1",
                "1",
                "fe80::1%eth0",
                " 10.0.0.1",
                "::g"
            })
    void refuses_what_different_readers_take_for_different_hosts(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> IpAddress.of(text));
    }

    @Test
    void a_block_has_a_prefix_that_fits() {
        assertThat(Cidr.of("10.0.0.0/8").prefixLength()).isEqualTo(8);
        assertThat(Cidr.of("::1").prefixLength()).isEqualTo(128);
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.of("10.0.0.0/33"));
        assertThatIllegalArgumentException().isThrownBy(() -> Cidr.of("10.0.0.0/-1"));
    }
}
