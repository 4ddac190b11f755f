package io.weft.proxy.detect;

import io.netty.buffer.ByteBuf;
import io.weft.proxy.detect.Detection.Rejected;
import io.weft.proxy.detect.Detection.Tls;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads SNI (RFC 6066 section 3) and ALPN (RFC 7301 section 3.1) of a whole ClientHello. What BoringSSL would refuse of
 * them is refused here too, so that the chain is never chosen by another name than the handshake sees.
 */
final class ClientHelloBody {
    private static final int VERSION_AND_RANDOM = 2 + 32;
    private static final int SERVER_NAME = 0;
    private static final int ALPN = 16;
    private static final int HOST_NAME = 0;
    private static final int MAX_NAME = 255;
    private static final int MAX_PROTOCOLS = 32;

    private final ByteBuf bytes;
    private int at;
    private boolean seenServerName;
    private boolean seenAlpn;
    private @Nullable String serverName;
    private List<String> alpn = List.of();

    private ClientHelloBody(ByteBuf bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    static Detection read(ByteBuf bytes, int start, int length) {
        ClientHelloBody body = new ClientHelloBody(bytes, start);
        try {
            body.read(start + length);
            return new Tls(body.serverName, body.alpn);
        } catch (Malformed e) {
            return new Rejected("malformed ClientHello: " + e.getMessage());
        }
    }

    private void read(int end) throws Malformed {
        skip(VERSION_AND_RANDOM, end, "random");
        skip(vector(1, end, "session id"), end, "session id");
        skip(vector(2, end, "cipher suites"), end, "cipher suites");
        skip(vector(1, end, "compression methods"), end, "compression methods");
        if (at == end) {
            return;
        }
        int extensions = vector(2, end, "extensions");
        if (at + extensions != end) {
            throw new Malformed("extensions do not end with the message");
        }
        while (at < end) {
            int type = number(2, end, "extension type");
            int length = vector(2, end, "extension");
            int extensionEnd = at + length;
            switch (type) {
                case SERVER_NAME -> readServerName(extensionEnd);
                case ALPN -> readAlpn(extensionEnd);
                default -> at = extensionEnd;
            }
            if (at != extensionEnd) {
                throw new Malformed("extension " + type + " is longer than what it holds");
            }
        }
    }

    private void readServerName(int end) throws Malformed {
        if (seenServerName) {
            throw new Malformed("two server name extensions");
        }
        seenServerName = true;
        int list = vector(2, end, "server name list");
        if (at + list != end) {
            throw new Malformed("server name list does not end with its extension");
        }
        int type = number(1, end, "server name type");
        int length = vector(2, end, "server name");
        if (type != HOST_NAME || length == 0 || length > MAX_NAME || at + length != end) {
            throw new Malformed("server name of type " + type + " and " + length
                    + " bytes; expected one host name of 1 to " + MAX_NAME);
        }
        for (int i = at; i < end; i++) {
            int c = bytes.getUnsignedByte(i);
            if (c <= ' ' || c >= 0x7f) {
                throw new Malformed("server name with character " + c);
            }
        }
        String name = bytes.toString(at, length, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
        serverName = name.length() > 1 && name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        at = end;
    }

    private void readAlpn(int end) throws Malformed {
        if (seenAlpn) {
            throw new Malformed("two ALPN extensions");
        }
        seenAlpn = true;
        int list = vector(2, end, "protocol list");
        if (list == 0 || at + list != end) {
            throw new Malformed("protocol list is empty or does not end with its extension");
        }
        List<String> protocols = new ArrayList<>(4);
        while (at < end) {
            int length = vector(1, end, "protocol");
            if (length == 0) {
                throw new Malformed("protocol without a name");
            }
            if (protocols.size() < MAX_PROTOCOLS) {
                protocols.add(bytes.toString(at, length, StandardCharsets.ISO_8859_1));
            }
            at += length;
        }
        alpn = protocols;
    }

    /** The length that the next vector announces, checked to be there. */
    private int vector(int lengthBytes, int end, String what) throws Malformed {
        int length = number(lengthBytes, end, what);
        if (length > end - at) {
            throw new Malformed(what + " of " + length + " bytes where " + (end - at) + " are left");
        }
        return length;
    }

    private int number(int size, int end, String what) throws Malformed {
        if (size > end - at) {
            throw new Malformed(what + " is cut off");
        }
        int value = size == 1 ? bytes.getUnsignedByte(at) : bytes.getUnsignedShort(at);
        at += size;
        return value;
    }

    private void skip(int count, int end, String what) throws Malformed {
        if (count > end - at) {
            throw new Malformed(what + " is cut off");
        }
        at += count;
    }

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String what) {
            super(what, null, false, false);
        }
    }
}
