package io.weft.examples.demo;

/**
 * Something that the mesh has to make true.
 *
 * @param name one word
 * @param claim what should be so, for whoever waits
 */
record Fact(String name, String claim, Check check) {
    /** Looks whether it is so. What it throws counts as no. */
    @FunctionalInterface
    interface Check {
        Finding look(Shop shop) throws Exception;
    }
}
