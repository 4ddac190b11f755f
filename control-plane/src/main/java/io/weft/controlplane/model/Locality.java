package io.weft.controlplane.model;

import java.util.Comparator;

/** Where an endpoint runs; each part may be empty. */
public record Locality(String region, String zone, String subZone) implements Comparable<Locality> {
    public static final Locality NONE = new Locality("", "", "");
    private static final Comparator<Locality> ORDER =
            Comparator.comparing(Locality::region).thenComparing(Locality::zone).thenComparing(Locality::subZone);

    @Override
    public int compareTo(Locality other) {
        return ORDER.compare(this, other);
    }
}
