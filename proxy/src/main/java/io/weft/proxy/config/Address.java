package io.weft.proxy.config;

/** Where something listens or is reached. */
public sealed interface Address {

    /**
     * An address and port. {@code host} is an IP literal wherever configuration says "address"; only clusters with DNS
     * discovery carry names.
     *
     * @param port 0 to 65535; 0 lets the system choose when binding
     */
    record Socket(String host, int port) implements Address {
        public Socket {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port " + port + ": expected 0 to 65535");
            }
        }

        @Override
        public String toString() {
            return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
        }
    }

    /** A Unix domain socket. A path that begins with {@code @} names the abstract namespace. */
    record Pipe(String path) implements Address {
        @Override
        public String toString() {
            return path;
        }
    }
}
