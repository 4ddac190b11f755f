package io.weft.proxy.xds.parse;

import io.weft.proxy.config.Address;
import io.weft.proxy.config.Cidr;
import io.weft.proxy.wire.Message;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Addresses and blocks of them. */
final class AddressParser {

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of("envoy.config.core.v3.Address").honours("socket_address", "pipe"),
            MessageFields.of("envoy.config.core.v3.SocketAddress")
                    .honours("address", "port_value")
                    .only("protocol", "only TCP is carried", "TCP"),
            MessageFields.of("envoy.config.core.v3.Pipe").honours("path"),
            MessageFields.of("envoy.config.core.v3.CidrRange").decidesPolicy().honours("address_prefix", "prefix_len"));

    private static final int MAX_SOCKET_PATH = 107;
    private static final int MAX_HOST = 253;

    private AddressParser() {}

    /** An address whose host is an IP literal, or a Unix domain socket. */
    static Address literal(Message message, FieldPath path) {
        return switch (message.which("address")) {
            case "socket_address" -> {
                FieldPath at = path.field("socket_address");
                Address.Socket socket = socket(message.message("socket_address"), at);
                ip(socket.host(), at.field("address"));
                yield socket;
            }
            case "pipe" ->
                pipe(message.message("pipe").text("path"), path.field("pipe").field("path"));
            default -> throw new InvalidResource(path, "expected socket_address or pipe");
        };
    }

    /** An address whose host may be a DNS name. */
    static Address named(Message message, FieldPath path) {
        return message.has("socket_address")
                ? socket(message.message("socket_address"), path.field("socket_address"))
                : literal(message, path);
    }

    private static Address.Socket socket(Message message, FieldPath path) {
        String host = message.text("address");
        if (host.isEmpty() || host.length() > MAX_HOST || !isVisible(host)) {
            throw new InvalidResource(
                    path.field("address"), Quote.of(host) + ": expected an IP address or a host name");
        }
        if (!message.which("port_specifier").equals("port_value")) {
            throw new InvalidResource(path.field("port_value"), "missing");
        }
        return new Address.Socket(host, Scalars.port(message.number("port_value"), path.field("port_value")));
    }

    private static boolean isVisible(String host) {
        for (int i = 0; i < host.length(); i++) {
            if (host.charAt(i) <= ' ' || host.charAt(i) >= 127) {
                return false;
            }
        }
        return true;
    }

    private static Address.Pipe pipe(String file, FieldPath path) {
        if (file.isEmpty() || file.length() > MAX_SOCKET_PATH) {
            throw new InvalidResource(
                    path, Quote.of(file) + ": expected a path of 1 to " + MAX_SOCKET_PATH + " characters");
        }
        return new Address.Pipe(file);
    }

    /** Only the two usual forms: dotted quads with four parts, and RFC 4291 without a scope. */
    static InetAddress ip(String text, FieldPath path) {
        boolean v6 = text.indexOf(':') >= 0;
        boolean quad = dots(text) == 3;
        if ((v6 || quad) && text.indexOf('%') < 0 && text.indexOf('[') < 0) {
            try {
                return InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                // told below
            }
        }
        throw new InvalidResource(path, Quote.of(text) + ": expected an IP address");
    }

    private static int dots(String text) {
        int dots = 0;
        for (int at = text.indexOf('.'); at >= 0; at = text.indexOf('.', at + 1)) {
            dots++;
        }
        return dots;
    }

    static Cidr cidr(Message message, FieldPath path) {
        InetAddress address = ip(message.text("address_prefix"), path.field("address_prefix"));
        long length = message.has("prefix_len")
                ? Scalars.unsigned(message.message("prefix_len").number("value"))
                : 0;
        long max = 32;
        long offset = 0;
        if (message.text("address_prefix").indexOf(':') >= 0) {
            max = 128;
            // Java reads ::ffff:a.b.c.d as a.b.c.d; the block must shrink with it (attack case H4).
            offset = address instanceof Inet4Address ? 96 : 0;
        }
        return new Cidr(address, (int) (Scalars.within(length, offset, max, path.field("prefix_len")) - offset));
    }

    static List<Cidr> cidrs(List<Message> messages, FieldPath path) {
        List<Cidr> blocks = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            blocks.add(cidr(messages.get(i), path.at(i)));
        }
        return blocks;
    }
}
