package io.weft.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClusterCountsTest {

    @Test
    void loops_share_the_counts_of_a_cluster_until_the_last_has_left() {
        ClusterCounts open = new ClusterCounts(2);
        var counts = open.join("a").connections();
        assertThat(open.join("a").connections()).isSameAs(counts);
        assertThat(open.join("b").connections()).isNotSameAs(counts);
        open.leave("a");
        assertThat(open.join("a").connections()).isSameAs(counts);
        open.leave("a");
        open.leave("a");
        open.leave("b");
        assertThat(open.size()).isZero();
    }
}
