package io.weft.examples.lab;

/** A host: a namespace with a bridge, to which pods are plugged in. Its own address is their gateway, to nowhere. */
record Host(int number, Namespace namespace, int mtu) {

    static Host create(int number, Namespace namespace, int mtu) {
        namespace.exec("ip", "link", "add", Network.BRIDGE, "mtu", String.valueOf(mtu), "type", "bridge");
        namespace.exec("ip", "addr", "add", Network.gatewayV4(number) + "/" + Network.V4_BITS, "dev", Network.BRIDGE);
        namespace.exec(
                "ip",
                "-6",
                "addr",
                "add",
                Network.gatewayV6(number) + "/" + Network.V6_BITS,
                "dev",
                Network.BRIDGE,
                "nodad");
        namespace.exec("ip", "link", "set", Network.BRIDGE, "up");
        return new Host(number, namespace, mtu);
    }

    /** Lays a wire between two hosts, and a VXLAN tunnel through it that joins their bridges. */
    static void join(Host one, Host other) {
        one.namespace.wireTo(other.namespace);
        one.tunnel(other);
        other.tunnel(one);
    }

    private void tunnel(Host peer) {
        String own = Network.wireAddress(number);
        namespace.exec("ip", "addr", "add", own + "/30", "dev", Network.WIRE);
        namespace.exec("ip", "link", "set", Network.WIRE, "up");
        namespace.exec(
                "ip",
                "link",
                "add",
                Network.TUNNEL,
                "type",
                "vxlan",
                "id",
                "7",
                "local",
                own,
                "remote",
                Network.wireAddress(peer.number),
                "dstport",
                "4789",
                "dev",
                Network.WIRE);
        namespace.exec("ip", "link", "set", Network.TUNNEL, "mtu", String.valueOf(mtu), "master", Network.BRIDGE);
        namespace.exec("ip", "link", "set", Network.TUNNEL, "up");
    }

    /** Plugs a pod in. */
    void plug(Namespace pod, int port, String v4, String v6) {
        String here = "pod" + port;
        pod.exec(
                "ip",
                "link",
                "add",
                Network.POD_LINK,
                "mtu",
                String.valueOf(mtu),
                "type",
                "veth",
                "peer",
                "name",
                here,
                "netns",
                namespace.name());
        namespace.exec("ip", "link", "set", here, "mtu", String.valueOf(mtu), "master", Network.BRIDGE, "up");
        pod.exec("ip", "addr", "add", v4 + "/" + Network.V4_BITS, "dev", Network.POD_LINK);
        pod.exec("ip", "-6", "addr", "add", v6 + "/" + Network.V6_BITS, "dev", Network.POD_LINK, "nodad");
        pod.exec("ip", "link", "set", Network.POD_LINK, "up");
        pod.exec("ip", "route", "add", "default", "via", Network.gatewayV4(number));
        pod.exec("ip", "-6", "route", "add", "default", "via", Network.gatewayV6(number));
    }
}
