package io.weft.examples.lab;

/**
 * A pod to be made.
 *
 * @param name unique in its lab; at most 40 letters, digits and dashes
 * @param host the host it runs on, from 1
 */
public record PodSpec(String name, int host, String v4, String v6) {
    public PodSpec {
        if (!name.matches("[a-z0-9-]{1,40}")) {
            throw new IllegalArgumentException("pod name '" + name + "'; expected 1 to 40 of a-z, 0-9 and -");
        }
    }

    /** With addresses by number, as {@link Network} gives them. */
    public static PodSpec numbered(String name, int host, int number) {
        return new PodSpec(name, host, Network.podV4(number), Network.podV6(number));
    }
}
