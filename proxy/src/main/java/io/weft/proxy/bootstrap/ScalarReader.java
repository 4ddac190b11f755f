package io.weft.proxy.bootstrap;

import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Scalars by protobuf's JSON mapping. Throws {@link IllegalArgumentException} saying what was expected. */
final class ScalarReader {

    private static final BigInteger UINT32 = BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);
    private static final BigInteger UINT64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private ScalarReader() {}

    /** @param constants of an enum, by number */
    static Object read(ScalarNode node, Kind kind, Map<Integer, String> constants) {
        return switch (kind) {
            case BOOL -> bool(node);
            case STRING -> string(node);
            case BYTES -> bytes(node);
            case ENUM -> constant(node, constants);
            case DOUBLE -> decimal(node);
            case FLOAT -> (double) (float) decimal(node);
            case INT32, SINT32, SFIXED32 ->
                integer(node, BigInteger.valueOf(Integer.MIN_VALUE), BigInteger.valueOf(Integer.MAX_VALUE))
                        .intValue();
            case INT64, SINT64, SFIXED64 ->
                integer(node, BigInteger.valueOf(Long.MIN_VALUE), BigInteger.valueOf(Long.MAX_VALUE))
                        .longValue();
            case UINT32, FIXED32 -> uint32(node);
            case UINT64, FIXED64 -> uint64(node);
            case MESSAGE -> throw new IllegalArgumentException("expected an object");
        };
    }

    static boolean bool(ScalarNode node) {
        return switch (node.getValue()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw expected(node, "true or false");
        };
    }

    static String string(ScalarNode node) {
        if (!node.getTag().equals(Tag.STR)) {
            throw expected(node, "a string: put it in quotes");
        }
        return node.getValue();
    }

    static Bytes bytes(ScalarNode node) {
        try {
            return Bytes.of(Base64.getDecoder().decode(node.getValue()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected base64", e); // the value may be a key: it is not shown
        }
    }

    static int uint32(ScalarNode node) {
        return integer(node, BigInteger.ZERO, UINT32).intValue();
    }

    static long uint64(ScalarNode node) {
        return integer(node, BigInteger.ZERO, UINT64).longValue();
    }

    static BigInteger integer(ScalarNode node, BigInteger min, BigInteger max) {
        BigInteger value;
        try {
            BigDecimal number = new BigDecimal(node.getValue());
            // A short text can name a number of a billion digits; none of them would be in range.
            if (number.precision() - number.scale() > 20) {
                throw expected(node, "a whole number from " + min + " to " + max);
            }
            value = number.toBigIntegerExact();
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException(
                    "\"" + MessageReader.shortened(node.getValue()) + "\": expected a whole number", e);
        }
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw expected(node, "a whole number from " + min + " to " + max);
        }
        return value;
    }

    static double decimal(ScalarNode node) {
        return switch (node.getValue()) {
            case ".nan", "NaN" -> Double.NaN;
            case ".inf", "Infinity" -> Double.POSITIVE_INFINITY;
            case "-.inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> {
                try {
                    yield Double.parseDouble(node.getValue());
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(
                            "\"" + MessageReader.shortened(node.getValue()) + "\": expected a number", e);
                }
            }
        };
    }

    private static Integer constant(ScalarNode node, Map<Integer, String> constants) {
        for (Map.Entry<Integer, String> constant : constants.entrySet()) {
            if (constant.getValue().equals(node.getValue())) {
                return constant.getKey();
            }
        }
        if (node.getTag().equals(Tag.INT) && node.getValue().length() < 10) {
            Integer number = Integer.valueOf(node.getValue());
            if (constants.containsKey(number)) {
                return number;
            }
        }
        throw expected(node, "one of " + String.join(", ", constants.values()));
    }

    static IllegalArgumentException expected(ScalarNode node, String what) {
        return new IllegalArgumentException("\"" + MessageReader.shortened(node.getValue()) + "\": expected " + what);
    }
}
