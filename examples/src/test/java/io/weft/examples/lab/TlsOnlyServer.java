package io.weft.examples.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * nginx in a pod without sidecar, with TLS only: on port 8443 for anyone, on 8444 for those who show a certificate. It answers with what
 * it was told in the handshake.
 */
public final class TlsOnlyServer {
    private static final Duration SOON = Duration.ofSeconds(60);

    /** Every request is on a connection of its own, so that it shows what a handshake of now leads to. */
    private static final String NGINX = """
            worker_processes 1;
            daemon off;
            pid {folder}/nginx.pid;
            error_log stderr error;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path {folder}/tmp;
              proxy_temp_path {folder}/tmp;
              fastcgi_temp_path {folder}/tmp;
              uwsgi_temp_path {folder}/tmp;
              scgi_temp_path {folder}/tmp;
              keepalive_timeout 0;
              ssl_certificate {certs}/server.pem;
              ssl_certificate_key {certs}/server.key;
              ssl_client_certificate {certs}/ca.pem;
              server {
                listen 8443 ssl;
                return 200 "$server_protocol sni=$ssl_server_name client=$ssl_client_s_dn";
              }
              server {
                listen 8444 ssl http2;
                ssl_verify_client on;
                return 200 "$server_protocol sni=$ssl_server_name client=$ssl_client_s_dn";
              }
            }
            """;

    private TlsOnlyServer() {}

    /** @param certs with {@code server.pem}, {@code server.key}, and {@code ca.pem}, which clients are verified by */
    public static void start(Pod pod, Path certs) {
        Path folder = pod.privateFolder("nginx", Account.APPLICATION);
        Path config = LabFiles.write(
                folder.resolve("nginx.conf"),
                NGINX.replace("{folder}", folder.toString()).replace("{certs}", certs.toString()));
        Program nginx = pod.start(
                "nginx",
                Account.APPLICATION,
                List.of("nginx", "-e", "stderr", "-p", folder.toString(), "-c", config.toString()));
        boolean listens = Await.that(SOON, () -> {
            if (!nginx.alive()) {
                throw nginx.failure("ended");
            }
            return pod.look("curl", "-sk", "https://" + pod.v4() + ":8443/").ok();
        });
        if (!listens) {
            throw nginx.failure("does not listen");
        }
    }
}
