package io.weft.proxy.sidecar;

import io.weft.certs.store.AtomicFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The part of a sidecar's options that stands on the host: mounted labels and addresses of interfaces. */
public final class SidecarHost {

    /** Where injectors mount the pod's labels (Kubernetes' downward API). */
    static final Path LABELS = Path.of("/etc/istio/pod/labels");

    private SidecarHost() {}

    /** @throws InvalidEnvironment when what is there cannot be read */
    public static SidecarInput input(Map<String, String> environment, SidecarFlags flags) {
        return input(environment, flags, LABELS);
    }

    static SidecarInput input(Map<String, String> environment, SidecarFlags flags, Path labels) {
        try {
            return new SidecarInput(
                    environment, flags, Files.exists(labels) ? AtomicFile.read(labels) : "", addresses());
        } catch (IOException e) {
            throw new InvalidEnvironment(List.of(e.toString()));
        }
    }

    /** Addresses by which others reach this host, IPv4 first. */
    private static List<String> addresses() throws SocketException {
        List<String> found = new ArrayList<>();
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address ->
                        !address.isLoopbackAddress() && !address.isLinkLocalAddress() && !address.isMulticastAddress())
                .sorted((a, b) -> Integer.compare(a.getAddress().length, b.getAddress().length))
                .map(InetAddress::getHostAddress)
                // An IPv6 address may carry its zone, which means nothing to others.
                .map(text -> text.indexOf('%') < 0 ? text : text.substring(0, text.indexOf('%')))
                .forEach(found::add);
        return found;
    }
}
