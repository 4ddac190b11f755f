package io.weft.proxy.xds;

import java.time.Duration;

/**
 * Limits of the xDS client.
 *
 * @param fetchTimeout how long a resource that something refers to is waited for before it counts as absent; zero for
 *     ever
 * @param maxMessage bytes of one response; a longer one ends the stream and the last good configuration stays. The
 *     default of 16 MiB holds some 8,000 clusters of the usual 2 KB in one response and does not exhaust a small heap.
 */
public record XdsOptions(Duration fetchTimeout, int maxMessage) {
    public static final XdsOptions DEFAULT = new XdsOptions(Duration.ofSeconds(15), 16 * 1024 * 1024);
}
