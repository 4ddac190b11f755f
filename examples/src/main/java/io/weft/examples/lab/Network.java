package io.weft.examples.lab;

/**
 * The addressing plan, the same in every lab: labs have namespaces of their own and never meet. Pods of both hosts are in
 * one segment; services have addresses that nobody has, so that only a sidecar can lead anywhere.
 */
public final class Network {
    static final String BRIDGE = "br0";
    static final String POD_LINK = "eth0";
    static final String WIRE = "wire";
    static final String TUNNEL = "vxlan7";
    static final int V4_BITS = 16;
    static final int V6_BITS = 64;

    /** What VXLAN adds to a packet: Ethernet, IPv4, UDP and its own header. */
    private static final int VXLAN_OVERHEAD = 50;

    private static final int ETHERNET = 1500;

    private Network() {}

    /** The bridge of a host, which is its pods' gateway; hosts count from 1. */
    static String gatewayV4(int host) {
        return "10.77.0." + host;
    }

    static String gatewayV6(int host) {
        return "fd77::" + host;
    }

    /** The hosts' own network, below the tunnel. */
    static String wireAddress(int host) {
        return "192.168.77." + host;
    }

    static int mtu(int hosts) {
        return hosts == 1 ? ETHERNET : ETHERNET - VXLAN_OVERHEAD;
    }

    /** Pod {@code n}, from 10 to 250. */
    public static String podV4(int n) {
        return "10.77.1." + n;
    }

    public static String podV6(int n) {
        return "fd77::1:" + n;
    }

    public static final String CONTROL_PLANE_V4 = "10.77.0.10";
    static final String CONTROL_PLANE_V6 = "fd77::10";
}
