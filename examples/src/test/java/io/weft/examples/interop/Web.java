package io.weft.examples.interop;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls over HTTP/1.1, as text. */
public final class Web {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private Web() {}

    /** The status and the body; a connection that cannot be made or breaks is status 0 with what was wrong. */
    public record Answer(int status, String body) {}

    public static Answer get(String uri) {
        return send(HttpRequest.newBuilder(URI.create(uri)).GET());
    }

    static Answer post(String uri) {
        return send(HttpRequest.newBuilder(URI.create(uri)).POST(HttpRequest.BodyPublishers.noBody()));
    }

    private static Answer send(HttpRequest.Builder request) {
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(LIMIT)
                .build()) {
            HttpResponse<String> response =
                    client.send(request.timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            return new Answer(0, String.valueOf(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
