package io.weft.init.plan;

import io.weft.init.options.Cidr;

/** A family of addresses. */
public enum Family {
    IPV4("127.0.0.6/32"),
    IPV6("::6/128");

    private final String passthroughSource;

    Family(String passthroughSource) {
        this.passthroughSource = passthroughSource;
    }

    /** The address that the proxy's inbound side binds when it passes a connection on to the application. */
    public Cidr passthroughSource() {
        return Cidr.parse(passthroughSource);
    }

    boolean has(Cidr range) {
        return range.isIpv6() == (this == IPV6);
    }
}
