package io.weft.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.controlplane.generate.ResourceSet;
import io.weft.controlplane.generate.ResourceType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HeadStartTest {
    private final ResourceSet rehearsed = HeadStart.rehearse();

    @ParameterizedTest
    @EnumSource(
            value = ResourceType.class,
            names = {"CLUSTER", "ENDPOINT", "LISTENER", "ROUTE"})
    void the_rehearsal_writes_each_type_that_a_sidecar_asks_for(ResourceType type) {
        assertThat(rehearsed.resources(type)).isNotEmpty();
    }
}
