package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpectedNamesTest {
    @ParameterizedTest
    @CsvSource({
        "a.example.com, a.example.com, true",
        "A.Example.COM, a.example.com, true",
        "*.example.com, a.example.com, true",
        "*.Example.com, a.eXample.com, true",
        "*.example.com, a.b.example.com, false",
        "*.example.com, example.com, false",
        "*.example.com, .example.com, false",
        "*.example.com, a.example.com.evil, false",
        "*.com, example.com, false",
        "a*.example.com, ab.example.com, false",
        "*, example, false"
    })
    @DisplayName("G2")
    void a_wildcard_stands_for_one_whole_label(String certified, String host, boolean expected) {
        assertThat(ExpectedNames.dnsEquals(certified, host)).isEqualTo(expected);
    }

    @Test
    @DisplayName("G3")
    void a_match_never_crosses_the_type_of_a_name() {
        String text = "spiffe://td/ns/a/sa/b";
        assertThat(ok(uri(text), Forge.uri(text))).isTrue();
        assertThat(ok(uri("urn:a"), Forge.dns("urn:a"))).isFalse();
        assertThat(ok(uri(text), Forge.email(text))).isFalse();
        assertThat(ok(dns("urn:a"), Forge.uri("urn:a"))).isFalse();
        assertThat(ok(dns("10.0.0.1"), new GeneralName(GeneralName.iPAddress, "10.0.0.1")))
                .isFalse();
    }

    @Test
    void addresses_are_compared_as_addresses() {
        assertThat(ok(
                        ExpectedNames.host("2001:db8::1"),
                        new GeneralName(GeneralName.iPAddress, "2001:db8:0:0:0:0:0:1")))
                .isTrue();
        assertThat(ok(ExpectedNames.host("10.0.0.2"), new GeneralName(GeneralName.iPAddress, "10.0.0.1")))
                .isFalse();
    }

    @Test
    void a_regular_expression_sees_the_wildcard_as_it_is_written() {
        var any = new NameMatch(NameType.DNS, new StringMatch.Regex(Pattern.compile("[a-z]+\\.example\\.com")));
        assertThat(ok(new ExpectedNames(List.of(any)), Forge.dns("*.example.com")))
                .isFalse();
    }

    private static ExpectedNames uri(String text) {
        return new ExpectedNames(List.of(Configs.uri(text)));
    }

    private static ExpectedNames dns(String text) {
        return new ExpectedNames(List.of(Configs.dns(text)));
    }

    private static boolean ok(ExpectedNames expected, GeneralName name) {
        var peer = PeerCertificate.of(Forge.leaf(name).signedBy(null).chain(), null);
        return expected.problem(peer).isEmpty();
    }
}
