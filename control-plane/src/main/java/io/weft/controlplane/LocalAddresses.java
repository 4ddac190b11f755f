package io.weft.controlplane;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** By which addresses this machine can be dialled. */
final class LocalAddresses {
    private static final System.Logger LOG = System.getLogger("io.weft.controlplane");
    /** More are not put into a certificate. */
    private static final int MOST = 64;

    private LocalAddresses() {}

    /** The address that the port listens on; all of the machine's, loopback included, when it listens on all. */
    static Set<InetAddress> of(ListenAddress port) {
        InetAddress bound = port.socketAddress().getAddress();
        if (bound == null) {
            return Set.of();
        }
        return bound.isAnyLocalAddress() ? all() : Set.of(bound);
    }

    private static Set<InetAddress> all() {
        Set<InetAddress> addresses = new LinkedHashSet<>();
        try {
            List<NetworkInterface> interfaces =
                    NetworkInterface.networkInterfaces().toList();
            for (NetworkInterface one : interfaces) {
                if (one.isUp()) {
                    for (InetAddress address : one.inetAddresses().toList()) {
                        // Link-local addresses mean another machine at each end of the link.
                        if (!address.isLinkLocalAddress() && addresses.size() < MOST) {
                            // Without the scope, which is of this machine only.
                            addresses.add(InetAddress.getByAddress(address.getAddress()));
                        }
                    }
                }
            }
        } catch (SocketException e) {
            LOG.log(System.Logger.Level.WARNING, "addresses of this machine cannot be listed", e);
        } catch (IOException e) {
            throw new IllegalStateException("an address of neither 4 nor 16 bytes", e);
        }
        return addresses;
    }
}
