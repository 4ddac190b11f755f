package io.weft.init.netns;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** What is captured, by every back end. */
@Tag("privileged")
class CaptureTest {
    @Nested
    class IptablesNft extends CaptureScenarios {
        IptablesNft() {
            super(BackendUnderTest.IPTABLES_NFT);
        }
    }

    @Nested
    class IptablesLegacy extends CaptureScenarios {
        IptablesLegacy() {
            super(BackendUnderTest.IPTABLES_LEGACY);
        }
    }

    @Nested
    class NativeNft extends CaptureScenarios {
        NativeNft() {
            super(BackendUnderTest.NATIVE_NFT);
        }
    }
}
