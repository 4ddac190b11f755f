package io.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.tls.Handshakes.Client;
import io.weft.proxy.tls.Handshakes.Server;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RotationTest {
    private static final TrustDomain DOMAIN = TrustDomain.DEFAULT;
    private static final UpstreamTls TO_SERVER =
            Configs.upstream("server.shop", Configs.uri(Configs.id(DOMAIN, "server")));
    private static final int ROTATIONS = 50;

    private final Authority a = Authority.inMemory(DOMAIN, InstantSource.system());
    private final Authority b = Authority.inMemory(DOMAIN, InstantSource.system());
    private final TlsContexts server = TlsContexts.of(Configs.mesh(a, "server"));
    private final TlsContexts client = TlsContexts.of(Configs.mesh(a, "client"));
    private final Handshakes handshakes = new Handshakes();

    @AfterEach
    void release() {
        handshakes.close();
        server.close();
        client.close();
    }

    @Test
    @DisplayName("R9, T-07")
    void certificates_are_replaced_under_new_handshakes_without_one_failure() throws Exception {
        try (Server serving = serve();
                Client open = dial(serving)) {
            assertThat(open.echo("before")).isEqualTo("before");
            CompletableFuture<Void> rotating = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < ROTATIONS; i++) {
                    server.update(Configs.mesh(a, "server"));
                    client.update(Configs.mesh(a, "client"));
                }
            });
            int made = 0;
            while (!rotating.isDone() || made == 0) {
                try (Client fresh = dial(serving)) {
                    assertThat(fresh.echo("fresh")).isEqualTo("fresh");
                    made++;
                }
            }
            rotating.get(Handshakes.SECONDS, TimeUnit.SECONDS);
            assertThat(open.echo("after")).isEqualTo("after");
            assertThat(made).isPositive();
        }
    }

    @Test
    @DisplayName("R9: new handshakes use the new certificate at once")
    void the_next_handshake_after_a_replacement_presents_the_new_certificate() throws Exception {
        X509Svid renewed = Configs.svid(a, "server");
        try (Server serving = serve()) {
            server.update(snapshot(renewed, a.bundle()));
            try (Client fresh = dial(serving)) {
                assertThat(client.session(fresh.await().handler()).peer())
                        .extracting(PeerCertificate::serial)
                        .isEqualTo(renewed.leaf().getSerialNumber().toString(16));
            }
        }
    }

    @Test
    @DisplayName("R11, G8: trust {A}, {A,B}, issue from B, {B}, one side always behind the other")
    void roots_are_replaced_step_by_step_without_one_failure_and_then_the_old_one_is_refused() throws Exception {
        TrustBundle both = a.bundle().with(b.root());
        X509Svid serverA = Configs.svid(a, "server");
        X509Svid clientA = Configs.svid(a, "client");
        X509Svid serverB = Configs.svid(b, "server");
        X509Svid clientB = Configs.svid(b, "client");
        try (Server serving = serve();
                Client open = dial(serving)) {
            open.echo("x");
            var steps = Stream.<Runnable>of(
                    () -> server.update(snapshot(serverA, both)),
                    () -> client.update(snapshot(clientA, both)),
                    () -> client.update(snapshot(clientB, both)),
                    () -> server.update(snapshot(serverB, both)),
                    () -> server.update(snapshot(serverB, b.bundle())),
                    () -> client.update(snapshot(clientB, b.bundle())));
            for (Runnable step : steps.toList()) {
                step.run();
                try (Client fresh = dial(serving)) {
                    assertThat(fresh.echo("fresh")).isEqualTo("fresh");
                }
            }
            assertThat(open.echo("still")).isEqualTo("still");

            client.update(snapshot(clientA, both));
            serving.expectAnother();
            try (Client _ = dial(serving)) {
                assertThat(serving.end().why()).contains("UNTRUSTED_ISSUER");
            }
        }
    }

    private static Snapshot snapshot(X509Svid own, TrustBundle bundle) {
        return Configs.snapshot(
                Map.of(Configs.OWN, Configs.secret(own), Configs.ROOTS, new Secret.Trust(bundle.toPem())));
    }

    private Server serve() throws InterruptedException {
        return handshakes.serve(channel -> server.newServerHandler(Configs.strict(), channel.alloc()));
    }

    private Client dial(Server to) throws InterruptedException {
        return handshakes.dial(to.port(), channel -> client.newClientHandler(TO_SERVER, channel.alloc(), null));
    }
}
