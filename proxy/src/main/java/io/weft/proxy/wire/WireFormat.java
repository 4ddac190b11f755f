package io.weft.proxy.wire;

/** The numbers of protobuf's encoding. */
final class WireFormat {

    static final int VARINT = 0;
    static final int FIXED_64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int START_GROUP = 3;
    static final int END_GROUP = 4;
    static final int FIXED_32 = 5;

    /** Bytes of the longest varint. */
    static final int MAX_VARINT = 10;

    private WireFormat() {}

    static int tag(int number, int wireType) {
        return (number << 3) | wireType;
    }

    static int number(int tag) {
        return tag >>> 3;
    }

    static int wireType(int tag) {
        return tag & 7;
    }
}
