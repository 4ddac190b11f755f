package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSsl;
import io.weft.certs.identity.Refusal;
import io.weft.certs.identity.Verification.Refused;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PeerRefusedTest {
    @BeforeAll
    static void load() {
        // The codes of alerts are BoringSSL's.
        OpenSsl.ensureAvailability();
    }

    @Test
    void the_log_is_told_why_a_peer_was_refused_and_not_that_there_was_a_problem() {
        var failure = new SSLHandshakeException("General OpenSslEngine problem");
        failure.initCause(new PeerRefused(new Refused(Refusal.OTHER_ID, "peer is [b.shop]")).asAlert());
        assertThat(PeerRefused.reason(failure)).isEqualTo(Refusal.OTHER_ID + ": peer is [b.shop]");
        assertThat(PeerRefused.reason(new SSLHandshakeException("SSLV3_ALERT_BAD_CERTIFICATE")))
                .isEqualTo("SSLV3_ALERT_BAD_CERTIFICATE");
    }

    @Test
    void what_a_certificate_says_does_not_fill_the_log() {
        var failure = new PeerRefused(new Refused(Refusal.OTHER_ID, "x".repeat(10_000)));
        assertThat(PeerRefused.reason(failure)).hasSizeLessThan(500).endsWith("...");
    }
}
