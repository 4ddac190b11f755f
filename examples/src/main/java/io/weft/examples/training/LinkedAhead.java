package io.weft.examples.training;

import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.classfile.ClassFile.ACC_SYNTHETIC;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.BootstrapMethodsAttribute;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts ordinary methods in the place of call sites that the JVM links when they are first reached, and whose linkage no
 * class cache keeps: the choice of a case in a switch over types or over an enum's values and null ({@code
 * SwitchBootstraps}), and {@code equals} and {@code hashCode} of records ({@code ObjectMethods}). Each of them is a class
 * that is written and verified at every start. What they do stays the same; a class without any is left as it is.
 */
final class LinkedAhead {

    private static final ClassDesc SWITCHES = ClassDesc.of("java.lang.runtime.SwitchBootstraps");
    private static final ClassDesc RECORDS = ClassDesc.of("java.lang.runtime.ObjectMethods");
    private static final ClassDesc OBJECTS = ClassDesc.of("java.util.Objects");

    private final ClassFile files;

    /** @param relatives knows the classes that a changed one mentions */
    LinkedAhead(ClassHierarchyResolver relatives) {
        files = ClassFile.of(ClassHierarchyResolverOption.of(relatives));
    }

    /** The class with those call sites replaced, or null when it has none. */
    byte @Nullable [] of(byte[] content) {
        ClassModel model = files.parse(content);
        if (model.findAttribute(Attributes.bootstrapMethods())
                .filter(LinkedAhead::mayHave)
                .isEmpty()) {
            return null;
        }
        Change change = new Change(model);
        byte[] changed = files.transformClass(model, change);
        return change.methods.isEmpty() ? null : changed;
    }

    private static boolean mayHave(BootstrapMethodsAttribute methods) {
        return methods.bootstrapMethods().stream()
                .map(method -> method.bootstrapMethod().asSymbol().owner())
                .anyMatch(owner -> owner.equals(SWITCHES) || owner.equals(RECORDS));
    }

    /** A method that takes the place of a call site. */
    private record Linked(String name, MethodTypeDesc type, Consumer<CodeBuilder> body) {}

    private static final class Change implements ClassTransform {
        private final ClassDesc self;
        private final boolean isInterface;
        private final List<Linked> methods = new ArrayList<>();

        Change(ClassModel model) {
            self = model.thisClass().asSymbol();
            isInterface = model.flags().has(AccessFlag.INTERFACE);
        }

        @Override
        public void accept(ClassBuilder built, ClassElement element) {
            if (element instanceof MethodModel method && method.code().isPresent()) {
                built.transformMethod(method, MethodTransform.transformingCode(this::code));
            } else {
                built.with(element);
            }
        }

        private void code(CodeBuilder code, CodeElement element) {
            Linked linked = element instanceof InvokeDynamicInstruction site ? linked(site) : null;
            if (linked == null) {
                code.with(element);
                return;
            }
            methods.add(linked);
            code.invokestatic(self, linked.name(), linked.type(), isInterface);
        }

        @Override
        public void atEnd(ClassBuilder built) {
            for (Linked linked : methods) {
                built.withMethodBody(
                        linked.name(), linked.type(), ACC_PRIVATE | ACC_STATIC | ACC_SYNTHETIC, linked.body());
            }
        }

        private @Nullable Linked linked(InvokeDynamicInstruction site) {
            ClassDesc owner = site.bootstrapMethod().owner();
            List<ConstantDesc> arguments = site.bootstrapArgs();
            String replaced = site.name().stringValue();
            String name = "linked$" + methods.size() + "$" + replaced;
            if (owner.equals(SWITCHES)) {
                // A text stands for a value of the enum that is switched over; other cases over types may be texts and
                // numbers themselves, and no program here has such.
                ClassDesc values = site.bootstrapMethod().methodName().equals("enumSwitch")
                        ? site.typeSymbol().parameterType(0)
                        : null;
                return arguments.stream().allMatch(label -> isCase(label, values))
                        ? new Linked(name, site.typeSymbol(), code -> choose(code, arguments, values))
                        : null;
            }
            if (owner.equals(RECORDS) && !replaced.equals("toString")) {
                List<DirectMethodHandleDesc> fields = arguments.stream()
                        .skip(2)
                        .map(DirectMethodHandleDesc.class::cast)
                        .toList();
                return new Linked(
                        name,
                        site.typeSymbol(),
                        replaced.equals("hashCode") ? code -> hash(code, fields) : code -> equal(code, self, fields));
            }
            return null;
        }
    }

    private static boolean isCase(ConstantDesc label, @Nullable ClassDesc values) {
        return label instanceof ClassDesc || (label instanceof String && values != null);
    }

    /** -1 for null, or else the first case of those not before the second argument that holds for the first one. */
    private static void choose(CodeBuilder code, List<ConstantDesc> cases, @Nullable ClassDesc values) {
        code.aload(0).ifThen(Opcode.IFNULL, none -> none.iconst_m1().ireturn());
        for (int i = 0; i < cases.size(); i++) {
            int index = i;
            ConstantDesc label = cases.get(i);
            code.block(one -> {
                one.iload(1).loadConstant(index).if_icmpgt(one.breakLabel()).aload(0);
                if (label instanceof ClassDesc type) {
                    one.instanceOf(type).ifeq(one.breakLabel());
                } else {
                    ClassDesc holder = Objects.requireNonNull(values);
                    one.getstatic(holder, (String) label, holder).if_acmpne(one.breakLabel());
                }
                one.loadConstant(index).ireturn();
            });
        }
        code.loadConstant(cases.size()).ireturn();
    }

    private static void hash(CodeBuilder code, List<DirectMethodHandleDesc> fields) {
        code.iconst_0();
        for (DirectMethodHandleDesc field : fields) {
            ClassDesc type = field.invocationType().returnType();
            code.bipush(31).imul().aload(0).getfield(field.owner(), field.methodName(), type);
            if (type.isPrimitive()) {
                code.invokestatic(box(type), "hashCode", MethodTypeDesc.of(CD_int, type));
            } else {
                code.invokestatic(OBJECTS, "hashCode", MethodTypeDesc.of(CD_int, CD_Object));
            }
            code.iadd();
        }
        code.ireturn();
    }

    private static void equal(CodeBuilder code, ClassDesc self, List<DirectMethodHandleDesc> fields) {
        code.block(other ->
                other.aload(0).aload(1).if_acmpne(other.breakLabel()).iconst_1().ireturn());
        code.block(same -> {
            same.aload(1).instanceOf(self).ifeq(same.breakLabel());
            same.aload(1).checkcast(self).astore(2);
            for (DirectMethodHandleDesc field : fields) {
                ClassDesc type = field.invocationType().returnType();
                same.aload(0).getfield(self, field.methodName(), type);
                same.aload(2).getfield(self, field.methodName(), type);
                if (!type.isPrimitive()) {
                    same.invokestatic(OBJECTS, "equals", MethodTypeDesc.of(CD_boolean, CD_Object, CD_Object));
                    same.ifeq(same.breakLabel());
                } else if (TypeKind.from(type).asLoadable() == TypeKind.INT) {
                    same.if_icmpne(same.breakLabel());
                } else {
                    same.invokestatic(box(type), "compare", MethodTypeDesc.of(CD_int, type, type));
                    same.ifne(same.breakLabel());
                }
            }
            same.iconst_1().ireturn();
        });
        code.iconst_0().ireturn();
    }

    private static ClassDesc box(ClassDesc primitive) {
        return switch (TypeKind.from(primitive)) {
            case BOOLEAN -> ClassDesc.of("java.lang.Boolean");
            case BYTE -> ClassDesc.of("java.lang.Byte");
            case CHAR -> ClassDesc.of("java.lang.Character");
            case SHORT -> ClassDesc.of("java.lang.Short");
            case INT -> ClassDesc.of("java.lang.Integer");
            case LONG -> ClassDesc.of("java.lang.Long");
            case FLOAT -> ClassDesc.of("java.lang.Float");
            case DOUBLE -> ClassDesc.of("java.lang.Double");
            case VOID, REFERENCE -> throw new IllegalArgumentException(primitive + "; expected a primitive type");
        };
    }
}
