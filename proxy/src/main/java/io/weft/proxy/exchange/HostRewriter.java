package io.weft.proxy.exchange;

import io.weft.proxy.config.Route.HostRewrite;
import io.weft.proxy.http.Request;
import io.weft.proxy.http.Rules;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Puts another host in the place of the one that was asked for, as the route says. */
final class HostRewriter {

    private static final String FORWARDED_HOST = "x-forwarded-host";

    private HostRewriter() {}

    /** What is known before an endpoint is. */
    static void byRoute(HostRewrite rewrite, Request request) {
        switch (rewrite) {
            case HostRewrite.Literal literal -> replace(request, literal.host(), literal.appends());
            case HostRewrite.Header header -> replace(request, request.header(header.name()), header.appends());
            case HostRewrite.OfEndpoint later -> {}
            case HostRewrite.Keep keep -> {}
        }
    }

    /**
     * What is no host stays away from the host's place: two readers could take it for different ones.
     *
     * @param appends whether the host before is told in {@code x-forwarded-host}
     */
    static void replace(Request request, @Nullable String host, boolean appends) {
        if (host == null || host.isEmpty() || !isHost(host)) {
            return;
        }
        if (appends) {
            String before = request.headers().joined(FORWARDED_HOST);
            String asked = request.authority();
            request.headers().set(FORWARDED_HOST, before == null ? asked : before + "," + asked);
        }
        request.authority(host);
    }

    private static boolean isHost(String host) {
        byte[] bytes = host.getBytes(StandardCharsets.ISO_8859_1);
        return Rules.isAuthority(bytes, 0, bytes.length);
    }
}
