package io.weft.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.examples.lab.Lab;
import io.weft.examples.lab.MeshFiles;
import io.weft.examples.lab.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The files in {@code examples/shop} are what code and readers take them for. */
class ShopFilesTest {
    private final MeshFiles files = MeshFiles.read(Lab.sourceTree().resolve("examples/shop"));

    @Test
    void the_addresses_that_the_facts_name_are_those_of_the_files() {
        assertThat(files.services())
                .containsEntry("catalog", Shop.CATALOG_VIP)
                .containsEntry("orders.shop", Shop.ORDERS_VIP)
                .containsEntry("cart.shop.svc.cluster.local", Shop.CART_VIP);
    }

    @Test
    void every_workload_has_addresses_of_its_own() {
        List<Workload> all = new java.util.ArrayList<>(files.workloads());
        all.addAll(
                MeshFiles.read(Lab.sourceTree().resolve("examples/shop/later")).workloads());
        assertThat(all).hasSize(7).extracting(Workload::v4).doesNotHaveDuplicates();
        assertThat(all).extracting(Workload::v6).doesNotHaveDuplicates();
        assertThat(all).extracting(Workload::id).contains("spiffe://cluster.local/ns/shop/sa/storefront");
    }
}
