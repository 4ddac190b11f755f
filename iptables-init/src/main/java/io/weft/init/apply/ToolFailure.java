package io.weft.init.apply;

/** A tool is missing or refused; the message says which command, and which table or kernel module it wants. */
final class ToolFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean ofIpv6;

    ToolFailure(String command, String message) {
        super(message);
        ofIpv6 = command.startsWith("ip6");
    }

    /** Whether it was a tool for IPv6 only. */
    boolean isOfIpv6() {
        return ofIpv6;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
