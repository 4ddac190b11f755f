package io.weft.init.apply;

import io.weft.init.options.Cidr;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * IPv6 in this namespace.
 *
 * @param present whether the kernel has IPv6
 * @param addresses the addresses of the namespace, link-local ones included, as text
 */
record Ipv6Stack(boolean present, List<String> addresses) {
    private static final List<String> LOOPBACK = List.of("::1", "::6");

    Ipv6Stack {
        addresses = List.copyOf(addresses);
    }

    /**
     * Reads a file in the form of {@code /proc/net/if_inet6}; it does not exist where the kernel has no IPv6.
     *
     * @throws UncheckedIOException when it cannot be read: then nobody may assume that there is no address
     */
    static Ipv6Stack read(Path file) {
        try {
            List<String> addresses = new ArrayList<>();
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                byte[] bytes = HexFormat.of().parseHex(line.substring(0, line.indexOf(' ')));
                addresses.add(Cidr.print(InetAddress.getByAddress(bytes)));
            }
            return new Ipv6Stack(true, addresses);
        } catch (NoSuchFileException e) {
            return new Ipv6Stack(false, List.of());
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(file + ": not a list of IPv6 addresses", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Addresses by which traffic can leave or reach the namespace. */
    List<String> reachable() {
        return addresses.stream().filter(address -> !LOOPBACK.contains(address)).toList();
    }

    boolean has(String address) {
        return addresses.contains(address);
    }
}
