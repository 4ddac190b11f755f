package io.weft.proxy.wire;

/**
 * A field of a message.
 *
 * @param index its place in the messages of its type
 * @param name as in the API's definition
 * @param jsonName as protobuf's JSON mapping calls it
 * @param presence whether a default that was given differs from none
 * @param oneof the group of which at most one field is set; empty for none
 * @param type full name of the message or enum; empty for other kinds
 */
public record Field(
        int index,
        int number,
        String name,
        String jsonName,
        Kind kind,
        Cardinality cardinality,
        boolean presence,
        String oneof,
        String type) {

    /** How many values a field has. */
    public enum Cardinality {
        ONE,
        LIST,
        /** The keys are strings, or are read as such; the kind is that of the values. */
        MAP
    }

    public boolean repeated() {
        return cardinality != Cardinality.ONE;
    }
}
