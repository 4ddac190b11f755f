package io.weft.controlplane.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.model.Health;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.Locality;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshObject;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.model.MtlsMode;
import io.weft.controlplane.model.PeerAuthentication;
import io.weft.controlplane.model.Protocol;
import io.weft.controlplane.model.Service;
import io.weft.controlplane.model.ServicePort;
import io.weft.controlplane.model.TargetPort;
import io.weft.controlplane.model.Workload;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EndpointResolverTest {
    private static final ServicePort PORT = new ServicePort("http", 80, new TargetPort.Numbered(8080), Protocol.HTTP);
    private static final Service CART = service("cart");
    private static final Service PAY = service("pay");
    private static final Mesh MESH = Mesh.of(
            MeshSettings.DEFAULT,
            List.of(CART, PAY, pod("cart-1", "cart", "10.1.0.1"), pod("pay-1", "pay", "10.1.0.2")));

    private final EndpointResolver before = new EndpointResolver(MESH, new MtlsModes(MESH), null);

    private static Service service(String name) {
        return new Service("shop", name, Map.of("app", name), List.of(IpAddress.of("10.0.0.1")), List.of(PORT), false);
    }

    private static Workload pod(String name, String app, String address) {
        return new Workload(
                Kind.POD,
                "shop",
                name,
                List.of(IpAddress.of(address)),
                app,
                Map.of("app", app),
                Map.of(),
                Health.HEALTHY,
                Locality.NONE,
                1,
                true);
    }

    private EndpointResolver after(MeshObject change) {
        // What was there before must have been asked for.
        before.resolve(CART, PORT);
        before.resolve(PAY, PORT);
        Mesh next = MESH.next(List.of(change), List.of());
        return new EndpointResolver(next, new MtlsModes(next), before);
    }

    @Test
    void only_the_endpoints_of_the_service_that_a_change_concerns_are_made_again() {
        EndpointResolver after = after(pod("cart-1", "cart", "10.1.0.9"));
        assertThat(after.resolve(PAY, PORT)).isSameAs(before.resolve(PAY, PORT));
        assertThat(after.resolve(CART, PORT).endpoints())
                .extracting(Endpoint::address)
                .containsExactly(IpAddress.of("10.1.0.9"));
    }

    @Test
    void a_mode_of_mutual_tls_that_changes_is_seen_although_no_workload_did() {
        EndpointResolver after = after(new PeerAuthentication("shop", "off", Map.of(), MtlsMode.DISABLE, Map.of()));
        assertThat(before.resolve(PAY, PORT).endpoints()).allMatch(Endpoint::mtls);
        assertThat(after.resolve(PAY, PORT).endpoints()).noneMatch(Endpoint::mtls);
    }
}
