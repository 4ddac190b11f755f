package io.weft.proxy.bootstrap;

import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Map;

/** Scalars by protobuf's JSON mapping. Throws {@link IllegalArgumentException} saying what was expected. */
final class ScalarReader {

    private static final BigInteger UINT32 = BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);
    private static final BigInteger UINT64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private static final int FEW_DIGITS = 9;

    private ScalarReader() {}

    /** @param constants of an enum, by number */
    static Object read(Part.Scalar scalar, Kind kind, Map<Integer, String> constants) {
        return switch (kind) {
            case BOOL -> bool(scalar);
            case STRING -> string(scalar);
            case BYTES -> bytes(scalar);
            case ENUM -> constant(scalar, constants);
            case DOUBLE -> decimal(scalar);
            case FLOAT -> (double) (float) decimal(scalar);
            case INT32, SINT32, SFIXED32 ->
                integer(scalar, BigInteger.valueOf(Integer.MIN_VALUE), BigInteger.valueOf(Integer.MAX_VALUE))
                        .intValue();
            case INT64, SINT64, SFIXED64 ->
                integer(scalar, BigInteger.valueOf(Long.MIN_VALUE), BigInteger.valueOf(Long.MAX_VALUE))
                        .longValue();
            case UINT32, FIXED32 -> uint32(scalar);
            case UINT64, FIXED64 -> uint64(scalar);
            case MESSAGE -> throw new IllegalArgumentException("expected an object");
        };
    }

    static boolean bool(Part.Scalar scalar) {
        return switch (scalar.text()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw expected(scalar, "true or false");
        };
    }

    static String string(Part.Scalar scalar) {
        if (!scalar.isText()) {
            throw expected(scalar, "a string: put it in quotes");
        }
        return scalar.text();
    }

    static Bytes bytes(Part.Scalar scalar) {
        try {
            return Bytes.of(Base64.getDecoder().decode(scalar.text()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected base64", e); // the value may be a key: it is not shown
        }
    }

    static int uint32(Part.Scalar scalar) {
        return integer(scalar, BigInteger.ZERO, UINT32).intValue();
    }

    static long uint64(Part.Scalar scalar) {
        return integer(scalar, BigInteger.ZERO, UINT64).longValue();
    }

    /** The bounds are those of a type: every number of {@link #FEW_DIGITS} digits is within. */
    static BigInteger integer(Part.Scalar scalar, BigInteger min, BigInteger max) {
        if (isShort(scalar.text())) {
            return BigInteger.valueOf(Integer.parseInt(scalar.text()));
        }
        BigInteger value;
        try {
            BigDecimal number = new BigDecimal(scalar.text());
            // A short text can name a number of a billion digits; none of them would be in range.
            if (number.precision() - number.scale() > 20) {
                throw expected(scalar, "a whole number from " + min + " to " + max);
            }
            value = number.toBigIntegerExact();
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(scalar.described() + ": expected a whole number", e);
        }
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw expected(scalar, "a whole number from " + min + " to " + max);
        }
        return value;
    }

    private static boolean isShort(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= FEW_DIGITS;
    }

    static double decimal(Part.Scalar scalar) {
        return switch (scalar.text()) {
            case ".nan", "NaN" -> Double.NaN;
            case ".inf", "Infinity" -> Double.POSITIVE_INFINITY;
            case "-.inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                try {
                    yield Double.parseDouble(scalar.text());
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(scalar.described() + ": expected a number", e);
                }
            }
        };
    }

    private static Integer constant(Part.Scalar scalar, Map<Integer, String> constants) {
        for (Map.Entry<Integer, String> constant : constants.entrySet()) {
            if (constant.getValue().equals(scalar.text())) {
                return constant.getKey();
            }
        }
        if (scalar.isWhole() && scalar.text().length() < 10) {
            Integer number = Integer.valueOf(scalar.text());
            if (constants.containsKey(number)) {
                return number;
            }
        }
        throw expected(scalar, "one of " + String.join(", ", constants.values()));
    }

    static IllegalArgumentException expected(Part.Scalar scalar, String what) {
        return new IllegalArgumentException(scalar.described() + ": expected " + what);
    }
}
