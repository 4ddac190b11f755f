package io.weft.examples.interop;

/** Our proxy on java-control-plane. */
class JavaControlPlaneTest extends OurProxyOnOthers {
    JavaControlPlaneTest() {
        super(JavaControlPlane::new);
    }
}
