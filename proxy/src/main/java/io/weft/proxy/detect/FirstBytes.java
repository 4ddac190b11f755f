package io.weft.proxy.detect;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.detect.Detection.NeedMore;
import io.weft.proxy.detect.Detection.Opaque;
import io.weft.proxy.detect.Detection.Rejected;

/**
 * Looks at the first bytes of one connection as they come in. The answer depends on the bytes alone, not on how they were
 * cut; state only saves looking twice, so that a byte at a time costs no more than all at once. Not thread-safe.
 */
public final class FirstBytes {
    private final boolean http;
    private final ClientHello hello = new ClientHello();
    private final RequestLine requestLine = new RequestLine();
    private boolean tls;

    /**
     * @param tls look for a ClientHello
     * @param http look for HTTP/1 and the HTTP/2 preface
     */
    public FirstBytes(boolean tls, boolean http) {
        this.tls = tls;
        this.http = http;
    }

    /**
     * @param bytes all bytes from the first one on; neither its indices nor its content are changed
     */
    public Detection look(ByteBuf bytes) {
        if (tls) {
            Detection found = hello.look(bytes);
            if (!(found instanceof Opaque)) {
                return found;
            }
            tls = false;
        }
        return http ? requestLine.look(bytes) : new Opaque();
    }

    /** The answer when no more bytes will come, or none are waited for. */
    public Detection last(ByteBuf bytes) {
        return switch (look(bytes)) {
            case NeedMore _ when tls && hello.begun() -> new Rejected("ClientHello not finished");
            case NeedMore _ -> new Opaque();
            case Detection found -> found;
        };
    }
}
