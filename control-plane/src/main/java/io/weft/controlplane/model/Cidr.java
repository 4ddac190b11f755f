package io.weft.controlplane.model;

/**
 * A block of addresses, RFC 4632.
 *
 * @param prefixLength 0 to 32, or to 128 for version 6
 */
public record Cidr(IpAddress address, int prefixLength) {
    public Cidr {
        if (prefixLength < 0 || prefixLength > address.bits()) {
            throw new IllegalArgumentException(
                    "prefix length " + prefixLength + " of " + address + " is not in 0.." + address.bits());
        }
    }

    /**
     * Reads {@code 10.0.0.0/8}, or a single address.
     *
     * @throws IllegalArgumentException when the text is neither
     */
    public static Cidr of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            IpAddress single = IpAddress.of(text);
            return new Cidr(single, single.bits());
        }
        String length = text.substring(slash + 1);
        if (!length.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("'" + text + "' is not a block of addresses: expected ADDRESS/LENGTH");
        }
        return new Cidr(IpAddress.of(text.substring(0, slash)), Integer.parseInt(length));
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
