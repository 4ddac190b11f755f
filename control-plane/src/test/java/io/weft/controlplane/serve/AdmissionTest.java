package io.weft.controlplane.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.controlplane.caller.Caller;
import io.weft.controlplane.model.IpAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("X-14, 6.3")
class AdmissionTest {
    private static final String CART = "spiffe://cluster.local/ns/shop/sa/cart";
    private static final Fingerprint KEY = new Fingerprint("ab".repeat(32));
    // Whose it is has been read from it before; here it is only carried along.
    private static final List<X509Certificate> CHAIN = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system())
            .issueOwn(KeyAlgorithm.EC_P256, SpiffeId.parse(CART), Duration.ofHours(1), Set.of())
            .chain();
    private static final String ID = "sidecar~10.0.0.7~cart-0.shop~shop.svc.cluster.local";

    @Test
    void the_certificate_decides_who_a_proxy_is() {
        var admitted = (Admission.Admitted) Admission.decide(certified(CART), node(ID, Map.of()));
        assertThat(admitted.identity()).isEqualTo(CART);
        assertThat(admitted.node().namespace()).isEqualTo("shop");
        assertThat(admitted.node().serviceAccount()).isEqualTo("cart");
        assertThat(admitted.node().addresses()).containsExactly(IpAddress.of("10.0.0.7"));
    }

    @ParameterizedTest
    @CsvSource({
        "sidecar~10.0.0.7~cart-0.shop~x,         NAMESPACE,       bank, metadata NAMESPACE is bank; expected shop",
        "sidecar~10.0.0.7~cart-0.shop~x,         SERVICE_ACCOUNT, pay,  metadata SERVICE_ACCOUNT is pay; expected cart",
        "sidecar~10.0.0.7~cart-0.bank~x,         NAMESPACE,       shop, namespace of the node id is bank; expected shop",
    })
    void a_claim_of_another_identity_is_denied(String id, String name, String value, String reason) {
        var denied = (Admission.Denied) Admission.decide(certified(CART), node(id, Map.of(name, value)));
        assertThat(denied.code()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(denied.reason()).isEqualTo(reason + " as in " + CART);
    }

    @ParameterizedTest
    @CsvSource({"spiffe://cluster.local/gateway", "spiffe://cluster.local/ns/shop", "spiffe://cluster.local/ns/a/sa/b/c"
    })
    void a_certificate_that_names_no_workload_is_denied(String id) {
        assertThat(Admission.decide(certified(id), node(ID, Map.of()))).isInstanceOf(Admission.Denied.class);
    }

    @Test
    void nobody_without_a_certificate_is_admitted_over_tls() {
        var denied = (Admission.Denied)
                Admission.decide(new Caller.Anonymous("10.0.0.7"), node(ID, Map.of("NAMESPACE", "shop")));
        assertThat(denied.code()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }

    @Test
    void an_expired_certificate_opens_no_stream_and_the_answer_says_why() {
        Instant end = Instant.parse("2026-03-01T12:00:00Z");
        var denied = (Admission.Denied) Admission.decide(
                new Caller.Lapsed(SpiffeId.parse(CART), KEY, end, "10.0.0.7"), node(ID, Map.of("NAMESPACE", "shop")));
        assertThat(denied.code()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(denied.reason()).contains(CART + " ended at " + end);
    }

    @Test
    void in_plaintext_the_node_is_believed() {
        var admitted = (Admission.Admitted)
                Admission.decide(new Caller.Unverified("10.0.0.7"), node(ID, Map.of("SERVICE_ACCOUNT", "cart")));
        assertThat(admitted.node().namespace()).isEqualTo("shop");
        assertThat(admitted.node().serviceAccount()).isEqualTo("cart");
        assertThat(admitted.identity()).startsWith("unverified:");
    }

    @Test
    void addresses_come_from_the_metadata_first_and_what_is_none_is_left_out() {
        var admitted = (Admission.Admitted)
                Admission.decide(certified(CART), node(ID, Map.of("INSTANCE_IPS", "10.0.0.8,fd00::8,nonsense, ")));
        assertThat(admitted.node().addresses()).containsExactly(IpAddress.of("10.0.0.8"), IpAddress.of("fd00::8"));
    }

    private static Caller certified(String id) {
        return new Caller.Certified(SpiffeId.parse(id), CHAIN, "10.0.0.7");
    }

    private static Node node(String id, Map<String, String> metadata) {
        Struct.Builder fields = Struct.newBuilder();
        metadata.forEach((name, value) ->
                fields.putFields(name, Value.newBuilder().setStringValue(value).build()));
        return Node.newBuilder().setId(id).setMetadata(fields).build();
    }
}
