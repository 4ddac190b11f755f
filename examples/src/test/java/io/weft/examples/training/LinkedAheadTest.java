package io.weft.examples.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What the JVM would link at each start, linked in a shipped layout ahead of it. */
class LinkedAheadTest {

    /** What is asked of the classes as they were compiled, and of the same ones changed. */
    @SuppressWarnings({"NullAway", "EqualsNull", "EqualsIncompatibleType"}) // null and strangers are among the cases
    public static final class Subject implements Supplier<List<String>> {

        sealed interface Shape permits Circle, Box, Pair, Nothing {}

        record Circle(double radius, String name) implements Shape {}

        record Box(int wide, long high, float deep, boolean open, byte b, short s, char c, Circle lid)
                implements Shape {}

        record Pair(Shape left, Shape right) implements Shape {}

        record Nothing() implements Shape {}

        enum Colour {
            RED,
            GREEN,
            BLUE
        }

        interface Asked {
            default String kind(Shape shape) {
                return switch (shape) {
                    case null -> "null";
                    case Circle circle when circle.radius() > 10 -> "large circle";
                    case Circle circle when circle.name().isEmpty() -> "nameless circle";
                    case Circle circle -> "circle " + circle.radius();
                    case Pair(Circle left, Box right) -> left.name() + " beside a box " + right.wide();
                    case Pair(Box left, Shape right) -> "box " + left.wide() + " beside " + kind(right);
                    case Pair pair -> "pair " + kind(pair.right());
                    case Box box when box.lid() != null -> "box with a lid";
                    case Box box -> "box " + box.high();
                    case Nothing nothing -> "nothing" + nothing;
                };
            }
        }

        private static String colour(Colour colour) {
            return switch (colour) {
                case null -> "none";
                case RED -> "red";
                case GREEN -> "green";
                case BLUE -> "blue";
            };
        }

        private static String any(Object object) {
            return switch (object) {
                case String text when text.length() > 3 -> "long text";
                case String text -> "text " + text;
                case Integer number -> "number " + number;
                case int[] numbers -> "numbers " + numbers.length;
                default -> "other";
            };
        }

        @Override
        public List<String> get() {
            Asked asked = new Asked() {};
            Circle circle = new Circle(2, "c");
            List<Shape> shapes = new ArrayList<>(List.of(
                    circle,
                    new Circle(11, "c"),
                    new Circle(2, ""),
                    new Circle(Double.NaN, "c"),
                    new Circle(-0.0, "c"),
                    new Circle(0.0, "c"),
                    new Circle(2, null),
                    new Box(1, 2, 3, true, (byte) 4, (short) 5, 'c', circle),
                    new Box(1, 2, 3, true, (byte) 4, (short) 5, 'c', null),
                    new Box(2, 2, 3, true, (byte) 4, (short) 5, 'c', circle),
                    new Box(1, 3, 3, true, (byte) 4, (short) 5, 'c', circle),
                    new Box(1, 2, Float.NaN, true, (byte) 4, (short) 5, 'c', circle),
                    new Box(1, 2, 3, false, (byte) 4, (short) 5, 'c', circle),
                    new Box(1, 2, 3, true, (byte) 5, (short) 5, 'c', circle),
                    new Box(1, 2, 3, true, (byte) 4, (short) 6, 'c', circle),
                    new Box(1, 2, 3, true, (byte) 4, (short) 5, 'd', circle),
                    new Pair(circle, new Box(1, 2, 3, true, (byte) 4, (short) 5, 'c', circle)),
                    new Pair(new Box(1, 2, 3, true, (byte) 4, (short) 5, 'c', circle), circle),
                    new Pair(circle, circle),
                    new Pair(circle, null),
                    new Nothing()));
            List<String> seen = new ArrayList<>();
            for (Shape shape : shapes) {
                if (!(shape instanceof Circle unnamed) || unnamed.name() != null) {
                    seen.add(asked.kind(shape));
                }
                seen.add(shape + " " + shape.hashCode());
                shapes.forEach(other -> seen.add(shape + " is " + other + ": " + shape.equals(other)));
                seen.add("equals another type or null: " + shape.equals("x") + shape.equals(null));
            }
            seen.add(asked.kind(null));
            for (Colour colour : Colour.values()) {
                seen.add(colour(colour));
            }
            seen.add(colour(null));
            for (Object object : new Object[] {"text", "txt", 7, new int[3], 7L}) {
                seen.add(any(object));
            }
            try {
                seen.add(any(null));
            } catch (NullPointerException e) {
                seen.add("null is refused");
            }
            return seen;
        }
    }

    /** Defines the subject's classes itself, each changed when there is something to change. */
    private static final class Changing extends ClassLoader {
        private final LinkedAhead ahead = new LinkedAhead(ClassHierarchyResolver.defaultResolver());
        private final List<String> changed = new ArrayList<>();
        private final List<String> left = new ArrayList<>();

        Changing() {
            super(LinkedAheadTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(Subject.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> already = findLoadedClass(name);
            return already != null ? already : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            byte[] content = compiled(name);
            byte[] better = ahead.of(content);
            if (better != null) {
                changed.add(name.substring(Subject.class.getName().length()));
                content = better;
            }
            left.addAll(linkedLate(content));
            return defineClass(name, content, 0, content.length);
        }
    }

    private static byte[] compiled(String name) throws ClassNotFoundException {
        try (InputStream in = LinkedAheadTest.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** The methods that link the call sites of a class, with what they link. */
    private static List<String> linkedLate(byte[] content) {
        return ClassFile.of().parse(content).methods().stream()
                .flatMap(method -> method.code().stream())
                .flatMap(code -> code.elementStream())
                .filter(InvokeDynamicInstruction.class::isInstance)
                .map(InvokeDynamicInstruction.class::cast)
                .map(site -> site.bootstrapMethod().owner().displayName() + "." + site.name())
                .toList();
    }

    @Test
    void switches_and_records_do_what_they_did() throws Exception {
        Changing loader = new Changing();
        Object subject =
                loader.loadClass(Subject.class.getName()).getConstructor().newInstance();
        assertThat(subject.getClass()).isNotEqualTo(Subject.class);
        assertThat(((Supplier<?>) subject).get()).isEqualTo(new Subject().get());
        assertThat(loader.changed).contains("", "$Asked", "$Circle", "$Box", "$Nothing");
        assertThat(loader.left)
                .as("a text of a record is seldom asked for")
                .contains("ObjectMethods.toString")
                .noneMatch(site -> site.startsWith("SwitchBootstraps"))
                .doesNotContain("ObjectMethods.equals", "ObjectMethods.hashCode");
    }

    @Test
    void a_class_without_any_is_left_as_it_is() throws Exception {
        var ahead = new LinkedAhead(ClassHierarchyResolver.defaultResolver());
        assertThat(ahead.of(compiled(LinkedAhead.class.getName())))
                .as("lambdas are kept by a cache, and are no reason to change a class")
                .isNull();
    }
}
