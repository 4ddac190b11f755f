package io.weft.examples.interop;

import org.junit.jupiter.api.BeforeAll;

/** Our proxy on go-control-plane, where Go is found. */
class GoControlPlaneTest extends OurProxyOnOthers {
    GoControlPlaneTest() {
        super(GoControlPlane::new);
    }

    @BeforeAll
    static void built() {
        GoControlPlane.required();
    }
}
