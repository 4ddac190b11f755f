package io.weft.examples.demo;

import io.weft.examples.lab.Account;
import io.weft.examples.lab.LabFiles;
import io.weft.examples.lab.Pod;
import io.weft.examples.lab.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The shop's applications, as their packages bring them: nothing about them knows of a mesh. */
final class Apps {
    private static final Duration START = Duration.ofSeconds(20);

    private Apps() {}

    /** Starts what a pod with this {@code app} label runs, and waits until it listens. Callers run nothing. */
    static void start(Pod pod, String app) {
        switch (app) {
            case "catalog" -> nginx(pod, Shop.CATALOG_PORT);
            case "orders" -> orders(pod);
            case "cart" -> redis(pod);
            default -> {}
        }
    }

    /** nginx, which answers with the name of its pod and with what it was told about its caller. */
    static Program nginx(Pod pod, int port) {
        Path folder = pod.privateFolder("nginx", Account.APPLICATION);
        Path config = LabFiles.write(folder.resolve("nginx.conf"), """
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log stderr warn;
                events { worker_connections 1024; }
                http {
                  access_log off;
                  client_body_temp_path %1$s/body;
                  proxy_temp_path %1$s/proxy;
                  fastcgi_temp_path %1$s/fastcgi;
                  uwsgi_temp_path %1$s/uwsgi;
                  scgi_temp_path %1$s/scgi;
                  default_type text/plain;
                  keepalive_requests 1000000;
                  server {
                    listen %2$d;
                    listen [::]:%2$d;
                    location /files/ { alias %1$s/files/; }
                    location / { return 200 "%3$s caller: $http_x_forwarded_client_cert\\n"; }
                  }
                }
                """.formatted(folder, port, pod.name()));
        Program nginx = pod.start(
                "nginx",
                Account.APPLICATION,
                List.of(
                        "nginx",
                        "-e",
                        "stderr",
                        "-p",
                        folder.toString(),
                        "-c",
                        config.toString(),
                        "-g",
                        "daemon off;"));
        awaitListening(pod, nginx, port);
        return nginx;
    }

    static Program redis(Pod pod) {
        Path folder = pod.privateFolder("redis", Account.APPLICATION);
        Program redis = pod.start(
                "redis",
                Account.APPLICATION,
                List.of(
                        "redis-server",
                        "--port",
                        "6379",
                        "--bind",
                        "0.0.0.0 ::",
                        "--protected-mode",
                        "no",
                        "--save",
                        "",
                        "--dir",
                        folder.toString()));
        redis.awaitLog("[Rr]eady to accept connections", START);
        return redis;
    }

    static Program orders(Pod pod) {
        Program orders = pod.start(
                "orders",
                Account.APPLICATION,
                pod.java("examples", "io.weft.examples.apps.OrdersServer", List.of("9090", pod.name())));
        orders.awaitLog("ready", START);
        return orders;
    }

    private static void awaitListening(Pod pod, Program program, int port) {
        boolean listens = io.weft.examples.lab.Await.that(START, () -> {
            if (!program.alive()) {
                throw program.failure("ended before it listened");
            }
            return !pod.look("ss", "-Hltn", "sport", "=", ":" + port).text().isEmpty();
        });
        if (!listens) {
            throw program.failure("does not listen on port " + port);
        }
    }
}
