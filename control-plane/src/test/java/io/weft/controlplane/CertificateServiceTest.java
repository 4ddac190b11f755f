package io.weft.controlplane;

import static io.weft.controlplane.TestMesh.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.key.SigningRequest;
import io.weft.certs.service.CertificateService;
import io.weft.certs.service.CreateCertificateRequest;
import io.weft.certs.service.CreateCertificateResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate service over real sockets and real TLS. */
@DisplayName("6.1")
class CertificateServiceTest {
    private static final SpiffeId CART = id("shop", "cart");

    private KeyPair keys = KeyAlgorithm.EC_P256.generate();
    private TestMesh mesh;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        mesh = TestMesh.in(folder);
    }

    @AfterEach
    void stop() throws InterruptedException {
        mesh.close();
    }

    @Test
    void a_workload_joins_with_a_token_and_renews_with_its_certificate() throws IOException {
        CreateCertificateResponse first = create(null, mesh.token(CART), CART, Duration.ZERO);
        X509Svid svid = X509Svid.of(first.chain(), keys.getPrivate());
        assertThat(svid.id()).isEqualTo(CART);
        assertThat(first.bundle(TestMesh.TRUST_DOMAIN))
                .isEqualTo(mesh.authority().bundle());

        CreateCertificateResponse second = create(svid, null, CART, Duration.ZERO);
        X509Svid renewed = X509Svid.of(second.chain(), keys.getPrivate());
        assertThat(renewed.id()).isEqualTo(CART);
        assertThat(renewed.leaf().getSerialNumber()).isNotEqualTo(svid.leaf().getSerialNumber());
        assertThat(mesh.metric("citadel_server_success_cert_issuance_count")).isEqualTo(2);
    }

    @Test
    void a_token_is_good_for_the_first_key_only_which_may_ask_again_if_the_answer_was_lost() throws IOException {
        String token = mesh.token(CART);
        create(null, token, CART, Duration.ZERO);
        CreateCertificateResponse again = create(null, token, CART, Duration.ZERO);
        assertThat(X509Svid.of(again.chain(), keys.getPrivate()).id()).isEqualTo(CART);

        keys = KeyAlgorithm.EC_P256.generate();
        assertRefused(Status.Code.UNAUTHENTICATED, null, token, CART);
        assertThat(mesh.metric("citadel_server_authentication_failure_count")).isEqualTo(1);
    }

    @Test
    void a_request_that_names_another_id_gets_only_the_id_of_the_token() throws IOException {
        CreateCertificateResponse answer = create(null, mesh.token(CART), id("bank", "vault"), Duration.ZERO);
        assertThat(X509Svid.of(answer.chain(), keys.getPrivate()).id()).isEqualTo(CART);
    }

    @Test
    void a_renewal_that_names_another_id_gets_only_the_id_of_the_certificate() throws IOException {
        CreateCertificateResponse answer = create(mesh.svid("shop", "cart"), null, id("bank", "vault"), Duration.ZERO);
        assertThat(X509Svid.of(answer.chain(), keys.getPrivate()).id()).isEqualTo(CART);
    }

    @Test
    void a_lifetime_of_ten_years_is_cut() throws IOException {
        CreateCertificateResponse answer = create(null, mesh.token(CART), CART, Duration.ofDays(3650));
        assertThat(X509Svid.of(answer.chain(), keys.getPrivate()).notAfter())
                .isBefore(Instant.now().plus(Duration.ofDays(91)));
    }

    @Test
    void whoever_shows_neither_certificate_nor_token_is_refused_without_a_reason() {
        StatusRuntimeException refusal = assertRefused(Status.Code.UNAUTHENTICATED, null, null, CART);
        assertThat(refusal.getStatus().getDescription()).isEqualTo("request not authenticated");
    }

    @Test
    void every_bad_token_is_refused_with_the_same_words() throws IOException {
        String good = mesh.token(CART);
        String altered = good.substring(0, good.length() - 4) + "AAAA";
        String nonsense = "weft1.a.b.c.d";
        assertThat(assertRefused(Status.Code.UNAUTHENTICATED, null, altered, CART)
                        .getStatus()
                        .getDescription())
                .isEqualTo(assertRefused(Status.Code.UNAUTHENTICATED, null, nonsense, CART)
                        .getStatus()
                        .getDescription());
        // And neither has spent the good one.
        create(null, good, CART, Duration.ZERO);
    }

    @Test
    void guessing_is_held_back_after_five_failures_in_a_second() {
        int unauthenticated = 0;
        boolean heldBack = false;
        for (int i = 0; i < 50 && !heldBack; i++) {
            StatusRuntimeException refusal = catchThrowableOfType(
                    StatusRuntimeException.class, () -> create(null, "weft1.a.b.c.d", CART, Duration.ZERO));
            heldBack = refusal.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED;
            unauthenticated++;
        }
        assertThat(heldBack).isTrue();
        assertThat(unauthenticated).isGreaterThan(5);
    }

    @Test
    void a_request_that_proves_nothing_does_not_spend_the_token() throws IOException {
        String token = mesh.token(CART);
        StatusRuntimeException refusal = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> call(mesh.channel(null), token, new CreateCertificateRequest("nonsense", Duration.ZERO)));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        create(null, token, CART, Duration.ZERO);
    }

    @Test
    void nobody_gets_the_control_plane_s_own_id() throws IOException {
        SpiffeId own = SpiffeId.controlPlane(TestMesh.TRUST_DOMAIN);
        assertRefused(Status.Code.UNAUTHENTICATED, null, mesh.token(own), own);
    }

    @Test
    void a_workload_whose_certificate_ran_out_gets_another_one_with_its_last_key_and_can_lose_the_answer()
            throws IOException {
        X509Svid svid = joined();
        mesh.advance(Duration.ofHours(25));

        keys = KeyAlgorithm.EC_P256.generate();
        create(svid, null, CART, Duration.ZERO);
        keys = KeyAlgorithm.EC_P256.generate();
        CreateCertificateResponse second = create(svid, null, CART, Duration.ZERO);
        X509Svid back = X509Svid.of(second.chain(), keys.getPrivate());
        assertThat(back.id()).isEqualTo(CART);
        assertThat(back.notAfter()).isAfter(Instant.now().plus(Duration.ofDays(2)));
    }

    @Test
    void an_expired_certificate_gets_another_one_of_its_own_id_only() throws IOException {
        X509Svid svid = joined();
        mesh.advance(Duration.ofHours(25));

        CreateCertificateResponse answer = create(svid, null, id("bank", "vault"), Duration.ZERO);
        assertThat(X509Svid.of(answer.chain(), keys.getPrivate()).id()).isEqualTo(CART);
    }

    @Test
    void a_copy_of_a_key_that_was_replaced_is_refused_once_its_certificate_is_over() throws IOException {
        X509Svid stolen = joined();
        X509Svid last = renewed(renewed(stolen));
        mesh.advance(Duration.ofHours(25));

        assertRefused(Status.Code.UNAUTHENTICATED, stolen, null, CART);
        create(last, null, CART, Duration.ZERO);
    }

    @Test
    void an_expired_certificate_that_was_not_issued_to_a_workload_that_asked_is_refused() throws IOException {
        X509Svid made = mesh.svid("shop", "cart");
        mesh.advance(Duration.ofHours(2));

        assertRefused(Status.Code.UNAUTHENTICATED, made, null, CART);
    }

    @Test
    void after_the_grace_an_expired_certificate_does_not_pass_the_handshake() throws IOException {
        X509Svid svid = joined();
        mesh.advance(Duration.ofHours(24).plus(TestMesh.GRACE).plusSeconds(5));

        assertRefused(Status.Code.UNAVAILABLE, svid, null, CART);
    }

    @Test
    void an_expired_certificate_opens_no_xds_stream() throws IOException {
        X509Svid svid = joined();
        mesh.advance(Duration.ofHours(25));

        Status end = TestProxy.connect(mesh.channel(svid), TestProxy.node("shop", "cart-0"))
                .end();
        assertThat(end.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(end.getDescription()).contains("ended at " + svid.notAfter());
    }

    private X509Svid renewed(X509Svid svid) throws IOException {
        keys = KeyAlgorithm.EC_P256.generate();
        return X509Svid.of(create(svid, null, CART, Duration.ZERO).chain(), keys.getPrivate());
    }

    private X509Svid joined() throws IOException {
        return X509Svid.of(create(null, mesh.token(CART), CART, Duration.ZERO).chain(), keys.getPrivate());
    }

    private StatusRuntimeException assertRefused(
            Status.Code code, @Nullable X509Svid svid, @Nullable String token, SpiffeId named) {
        StatusRuntimeException refusal =
                catchThrowableOfType(StatusRuntimeException.class, () -> create(svid, token, named, Duration.ZERO));
        assertThat(refusal).isNotNull();
        assertThat(refusal.getStatus().getCode()).isEqualTo(code);
        return refusal;
    }

    private CreateCertificateResponse create(
            @Nullable X509Svid svid, @Nullable String token, SpiffeId named, Duration life) throws IOException {
        String csr = SigningRequest.create(KeyAlgorithm.EC_P256, keys, named).toPem();
        return call(mesh.channel(svid), token, new CreateCertificateRequest(csr, life));
    }

    private static CreateCertificateResponse call(
            Channel channel, @Nullable String token, CreateCertificateRequest request) {
        var headers = new Metadata();
        if (token != null) {
            headers.put(CertificateService.AUTHORIZATION, CertificateService.BEARER + token);
        }
        return ClientCalls.blockingUnaryCall(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
                CertificateService.CREATE_CERTIFICATE,
                CallOptions.DEFAULT,
                request);
    }
}
