package io.weft.proxy.wire;

/** What a field holds. The words are those of the protobuf language. */
public enum Kind {
    BOOL(0),
    ENUM(0),
    INT32(0),
    UINT32(0),
    SINT32(0),
    INT64(0),
    UINT64(0),
    SINT64(0),
    FIXED32(5),
    SFIXED32(5),
    FLOAT(5),
    FIXED64(1),
    SFIXED64(1),
    DOUBLE(1),
    STRING(2),
    BYTES(2),
    MESSAGE(2);

    private final int wireType;

    Kind(int wireType) {
        this.wireType = wireType;
    }

    int wireType() {
        return wireType;
    }

    /** Whether many of them may stand in one length-delimited field. */
    boolean packable() {
        return wireType != WireFormat.LENGTH_DELIMITED;
    }

    boolean wide() {
        return switch (this) {
            case INT64, UINT64, SINT64, FIXED64, SFIXED64 -> true;
            case BOOL, ENUM, INT32, UINT32, SINT32, FIXED32, SFIXED32, FLOAT, DOUBLE, STRING, BYTES, MESSAGE -> false;
        };
    }

    public boolean unsigned() {
        return this == UINT32 || this == FIXED32 || this == UINT64 || this == FIXED64;
    }
}
