package io.weft.examples.demo;

import io.weft.examples.apps.LoadReport;
import io.weft.examples.lab.Await;
import io.weft.examples.lab.Sidecar;
import io.weft.examples.lab.Traffic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Things change under traffic, and no request notices. */
final class ChangeFacts {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int SOME = 100;
    private static final int OUTAGE_REQUESTS = 300;
    private static final String THIRD = "catalog-3";

    private ChangeFacts() {}

    static List<Fact> all() {
        return List.of(
                new Fact("endpoint", "a replica is added and removed while requests flow", ChangeFacts::endpoint),
                new Fact(
                        "outage",
                        "the control plane is killed while requests flow, and comes back",
                        ChangeFacts::outage),
                new Fact(
                        "rotation",
                        "certificates of " + Shop.CERTIFICATE_LIFE.toSeconds() + " s are renewed while requests flow",
                        ChangeFacts::rotation));
    }

    private static Finding endpoint(Shop shop) {
        Traffic traffic = shop.catalogTraffic("load-endpoint");
        long added = CLOCK.millis();
        shop.mesh().apply(shop.thirdReplica());
        Optional<LoadReport> found = traffic.await(SOON, report -> report.ok(THIRD) > 0);
        boolean used = found.isPresent() && traffic.flows(SOME);
        long removed = CLOCK.millis();
        shop.mesh().delete(shop.thirdReplica());
        boolean left = traffic.leaves(THIRD, SOON);
        LoadReport end = traffic.stop();
        LoadReport.Answers third = end.answers().get(THIRD);
        return Finding.of(
                used && left && third != null && end.errors() == 0,
                "%s answered first %s ms after its file was saved, %s %s ms after it was deleted; %s",
                THIRD,
                third == null ? "never" : String.valueOf(third.firstMillis() - added),
                left ? "and last" : "and still more than",
                third == null ? "?" : String.valueOf(Math.max(0, third.lastMillis() - removed)),
                shown(end, traffic));
    }

    private static Finding outage(Shop shop) {
        Traffic traffic = shop.catalogTraffic("load-outage");
        Traffic connections = shop.cartTraffic("load-outage-tcp");
        long killed = CLOCK.millis();
        shop.mesh().controlPlane().kill();
        // Changed while nobody is there to tell it.
        shop.mesh().apply(shop.thirdReplica());
        boolean served = traffic.flows(OUTAGE_REQUESTS) && connections.flows(SOME);
        boolean unknown = traffic.now().ok(THIRD) == 0;
        shop.mesh().startControlPlane();
        long back = CLOCK.millis();
        boolean told = traffic.await(SOON, report -> report.ok(THIRD) > 0).isPresent();
        shop.mesh().delete(shop.thirdReplica());
        boolean toldAgain = traffic.leaves(THIRD, SOON);
        LoadReport end = traffic.stop();
        LoadReport tcp = connections.stop();
        LoadReport.Answers third = end.answers().get(THIRD);
        return Finding.of(
                served && unknown && told && toldAgain && end.errors() == 0 && tcp.errors() == 0,
                "gone for %.1f s; a change made meanwhile was in force %s after its return; %s; TCP: %s",
                (back - killed) / 1000.0,
                third == null ? "never" : Math.max(0, third.firstMillis() - back) + " ms",
                shown(end, traffic),
                shown(tcp, connections));
    }

    private static Finding rotation(Shop shop) {
        List<String> members = List.of("storefront", "catalog-1", "catalog-2", "cart-1");
        Traffic traffic = shop.catalogTraffic("load-rotation");
        Traffic connections = shop.cartTraffic("load-rotation-tcp");
        List<Before> before = members.stream()
                .map(shop::sidecar)
                .map(sidecar -> new Before(sidecar, sidecar.serials()))
                .toList();
        boolean renewed = Await.that(
                Shop.CERTIFICATE_LIFE,
                () -> before.stream()
                        .noneMatch(old -> old.serials().equals(old.sidecar().serials())));
        boolean served = traffic.flows(SOME) && connections.flows(SOME);
        LoadReport end = traffic.stop();
        LoadReport tcp = connections.stop();
        return Finding.of(
                renewed && served && end.errors() == 0 && tcp.errors() == 0,
                "%s have new certificates%s; %s; new connections: %s",
                String.join(", ", members),
                renewed ? "" : ": no, not all of them",
                shown(end, traffic),
                shown(tcp, connections));
    }

    private record Before(Sidecar sidecar, Set<String> serials) {}

    private static String shown(LoadReport report, Traffic traffic) {
        String errors = report.errors() == 0 ? "" : " (" + String.join(" | ", traffic.errors()) + ")";
        return report.ok() + " requests, " + report.errors() + " errors" + errors;
    }
}
