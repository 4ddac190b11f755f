package io.weft.controlplane.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MeshTest {
    private static Workload pod(String name, String app, String address) {
        return new Workload(
                Kind.POD,
                "shop",
                name,
                List.of(IpAddress.of(address)),
                "default",
                Map.of("app", app, "all", "yes"),
                Map.of(),
                Health.HEALTHY,
                Locality.NONE,
                1,
                true);
    }

    private static Service service(String name) {
        return new Service(
                "shop", name, Map.of("app", name, "all", "yes"), List.of(IpAddress.of("10.0.0.1")), List.of(), false);
    }

    @Test
    void a_mesh_made_of_the_one_before_is_the_mesh_of_all_objects() {
        var random = new Random(3);
        var objects = new TreeMap<ObjectKey, MeshObject>();
        Mesh mesh = Mesh.empty(MeshSettings.DEFAULT);
        for (int round = 0; round < 300; round++) {
            var come = new ArrayList<MeshObject>();
            var gone = new ArrayList<ObjectKey>();
            MeshObject object = random.nextInt(4) == 0
                    ? service("s" + random.nextInt(3))
                    : pod("p" + random.nextInt(9), "s" + random.nextInt(3), "10.1.0." + random.nextInt(5));
            come.add(object);
            objects.put(object.key(), object);
            ObjectKey victim = pod("p" + random.nextInt(9), "x", "10.1.0.1").key();
            if (!victim.equals(object.key()) && random.nextBoolean()) {
                gone.add(victim);
                objects.remove(victim);
            }
            mesh = mesh.next(come, gone);
            Mesh whole = Mesh.of(MeshSettings.DEFAULT, objects.values());
            assertThat(mesh).isEqualTo(whole);
            assertThat(mesh.services()).isEqualTo(whole.services());
            for (int i = 0; i < 5; i++) {
                var address = IpAddress.of("10.1.0." + i);
                assertThat(mesh.workloadsAt(address)).isEqualTo(whole.workloadsAt(address));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(mesh.selectedBy(service("s" + i))).isEqualTo(whole.selectedBy(service("s" + i)));
            }
        }
    }

    @Test
    void lists_that_a_change_does_not_concern_stay_the_same_objects() {
        Mesh before = Mesh.of(
                MeshSettings.DEFAULT,
                List.of(service("cart"), service("pay"), pod("c", "cart", "10.1.0.1"), pod("p", "pay", "10.1.0.2")));
        Mesh after = before.next(List.of(pod("c", "cart", "10.1.0.9")), List.of());
        assertThat(after.services()).isSameAs(before.services());
        assertThat(after.candidatesOf(service("pay"))).isSameAs(before.candidatesOf(service("pay")));
        assertThat(after.workloadsAt(IpAddress.of("10.1.0.2"))).isSameAs(before.workloadsAt(IpAddress.of("10.1.0.2")));
        assertThat(after.workloadsAt(IpAddress.of("10.1.0.1"))).isEmpty();
    }

    @Test
    void the_same_objects_again_are_the_very_same_mesh() {
        Mesh mesh = Mesh.of(MeshSettings.DEFAULT, List.of(service("cart")));
        assertThat(mesh.next(List.of(service("cart")), List.of())).isSameAs(mesh);
    }
}
