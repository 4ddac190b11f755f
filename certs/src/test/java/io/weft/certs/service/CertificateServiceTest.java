package io.weft.certs.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.StatusRuntimeException;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.testing.Crafted;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateServiceTest {
    private static final Marshaller<CreateCertificateRequest> REQUESTS =
            CertificateService.CREATE_CERTIFICATE.getRequestMarshaller();
    private static final Marshaller<CreateCertificateResponse> RESPONSES =
            CertificateService.CREATE_CERTIFICATE.getResponseMarshaller();

    @Test
    @DisplayName("T-08: name, field numbers and types are those of Istio's ca.proto")
    void the_wire_form_is_that_of_istios_certificate_service() throws IOException {
        assertThat(CertificateService.CREATE_CERTIFICATE.getFullMethodName())
                .isEqualTo("istio.v1.auth.IstioCertificateService/CreateCertificate");

        // csr = "AB" (1), validity_duration = 300 (3), metadata = {"k": "v"} (4), by hand after the proto.
        var metadata = Struct.newBuilder()
                .putFields("k", Value.newBuilder().setStringValue("v").build())
                .build();
        var request = new CreateCertificateRequest("AB", 300, metadata);
        String hex = "0a024142" + "18ac02" + "220a" + "0a080a016b12031a0176";
        assertThat(HexFormat.of().formatHex(REQUESTS.stream(request).readAllBytes()))
                .isEqualTo(hex);
        assertThat(REQUESTS.parse(in(hex))).isEqualTo(request);

        // cert_chain = ["A", "B"] (1)
        var response = new CreateCertificateResponse(List.of("A", "B"));
        assertThat(HexFormat.of().formatHex(RESPONSES.stream(response).readAllBytes()))
                .isEqualTo("0a01410a0142");
        assertThat(RESPONSES.parse(in("0a01410a0142"))).isEqualTo(response);
    }

    @Test
    void fields_of_later_versions_are_skipped_and_absent_ones_have_their_defaults() {
        assertThat(REQUESTS.parse(in("9a06026869" + "0a0141")))
                .isEqualTo(new CreateCertificateRequest("A", Duration.ZERO));
        assertThat(RESPONSES.parse(in("1005"))).isEqualTo(new CreateCertificateResponse(List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0a05414243", "0a02c328", "18ffffffffffffffffffff01", "07"})
    void a_malformed_message_is_an_error_of_the_call(String hex) {
        assertThatThrownBy(() -> REQUESTS.parse(in(hex))).isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void a_message_of_more_than_a_mebibyte_is_refused() {
        var giant = new CreateCertificateRequest("x".repeat(1 << 20), Duration.ZERO);
        assertThatThrownBy(() -> REQUESTS.parse(REQUESTS.stream(giant))).isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void an_answer_carries_the_chain_without_the_root_and_all_roots_last() {
        Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.fixed(Crafted.NOW));
        authority =
                authority.trusting(authority.bundle().with(Crafted.root("old").certificate()));
        X509Svid svid = authority.issueOwn(
                KeyAlgorithm.EC_P256, SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart"), Duration.ZERO, Set.of());

        var answer = RESPONSES.parse(RESPONSES.stream(CreateCertificateResponse.of(svid.chain(), authority.bundle())));

        assertThat(answer.certChain()).hasSize(2);
        assertThat(answer.chain()).containsExactly(svid.leaf());
        assertThat(answer.bundle(TrustDomain.DEFAULT)).isEqualTo(authority.bundle());
    }

    @Test
    void an_answer_without_a_root_is_refused() {
        var answer = new CreateCertificateResponse(List.of("only one"));
        assertThatThrownBy(answer::chain).hasMessageContaining("1 entries");
        assertThatThrownBy(() -> answer.bundle(TrustDomain.DEFAULT)).hasMessageContaining("roots last");
    }

    private static ByteArrayInputStream in(String hex) {
        return new ByteArrayInputStream(HexFormat.of().parseHex(hex));
    }
}
