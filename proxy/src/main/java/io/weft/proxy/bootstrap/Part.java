package io.weft.proxy.bootstrap;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** How a node of a YAML text begins: what {@link YamlCursor} gives. */
sealed interface Part {

    /** The line it stands on, from 0. */
    int line();

    /** As errors call it. */
    String described();

    /** Its members follow, each as a key and a value. */
    record Mapping(int line) implements Part {
        @Override
        public String described() {
            return "an object";
        }
    }

    /** Its elements follow. */
    record Sequence(int line) implements Part {
        @Override
        public String described() {
            return "a list";
        }
    }

    /**
     * Nothing follows.
     *
     * @param told its type, where the text says it; null where the value does
     * @param plain without quotes: only then does the value say a type other than text
     */
    record Scalar(String text, @Nullable Tag told, boolean plain, int line) implements Part {

        private static final ScalarResolver RESOLVER = new CoreSchema().getScalarResolver();

        /** Of the longest way to write it, in characters. */
        private static final int LONGEST_NULL = 4;

        boolean isNull() {
            return text.length() <= LONGEST_NULL && is(Tag.NULL);
        }

        boolean isText() {
            return is(Tag.STR);
        }

        boolean isBool() {
            return is(Tag.BOOL);
        }

        boolean isWhole() {
            return is(Tag.INT);
        }

        boolean isNumber() {
            return is(Tag.INT) || is(Tag.FLOAT);
        }

        private boolean is(Tag tag) {
            return tag.equals(told != null ? told : RESOLVER.resolve(text, plain));
        }

        @Override
        public String described() {
            return "\"" + shortened(text) + "\"";
        }

        static String shortened(String text) {
            String line = text.length() <= 80 ? text : text.substring(0, 80) + "…";
            return line.replaceAll("\\p{Cntrl}", "?");
        }
    }
}
