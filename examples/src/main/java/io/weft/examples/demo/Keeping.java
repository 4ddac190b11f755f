package io.weft.examples.demo;

import io.weft.examples.lab.Lab;
import java.util.List;

/** What {@code --keep} prints. */
final class Keeping {
    private Keeping() {}

    static List<String> howToPoke(Shop shop) {
        Lab lab = shop.lab();
        String storefront = "ip netns exec " + shop.pod("storefront").namespace();
        String asApplication = storefront + " setpriv --reuid=1000 --regid=1000 --clear-groups";
        return List.of(
                "",
                "The mesh is up, as " + lab.name() + ". To poke at it:",
                "  " + asApplication + " curl -s http://catalog/",
                "  " + storefront
                        + " curl -s http://127.0.0.1:15000/clusters     (also /config_dump /certs /stats /listeners)",
                "  " + "ip netns exec " + shop.mesh().pod().namespace() + " curl -s http://127.0.0.1:15014/debug/syncz",
                "  tail -f " + shop.sidecar("storefront").program().logFile(),
                "  ls " + shop.mesh().config() + "     what the control plane watches: edit it",
                "  cp " + shop.thirdReplica() + " " + shop.mesh().config() + "     adds a replica of the catalog",
                "  ip netns list | grep " + lab.name(),
                "Everything about it is in " + lab.folder() + ". To remove it: ./weft demo --clean",
                "");
    }
}
