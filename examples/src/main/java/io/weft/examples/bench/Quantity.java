package io.weft.examples.bench;

import java.util.Locale;

/** What a number is. */
interface Quantity {
    /** With its unit. */
    String title();

    /** How many decimals are worth showing. */
    int decimals();

    /** The name in JSON. */
    default String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** An enum's own. */
    String name();

    default String number(double value) {
        return String.format(Locale.ROOT, "%." + decimals() + "f", value);
    }
}
