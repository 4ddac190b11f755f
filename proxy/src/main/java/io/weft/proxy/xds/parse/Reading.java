package io.weft.proxy.xds.parse;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** One resource being read: what was found not to be supported, and the {@code Any} messages already opened. */
final class Reading {

    private final UnsupportedFields policy;
    private final DataSources sources;
    private final List<Problem> unsupported = new ArrayList<>();
    private final List<Problem> refused = new ArrayList<>();
    private final IdentityHashMap<Any, Message> opened = new IdentityHashMap<>();

    private Reading(UnsupportedFields policy, DataSources sources) {
        this.policy = policy;
        this.sources = sources;
    }

    /** Checks a whole resource for fields without effect, then parses it. */
    static <M extends Message, R> R of(
            M message, FieldPath root, Parse<M, R> parser, UnsupportedFields policy, DataSources sources) {
        Reading reading = new Reading(policy, sources);
        new FieldCheck(reading).check(message, root);
        reading.refuse();
        R result;
        try {
            result = parser.parse(message, root, reading);
        } catch (IllegalArgumentException e) {
            throw new InvalidResource(root, String.valueOf(e.getMessage())); // a record refused the value itself
        }
        reading.refuse();
        policy.accept(reading.unsupported);
        return result;
    }

    DataSources sources() {
        return sources;
    }

    /** Whether the operator chose to go on without what is not supported. */
    boolean lenient() {
        return !policy.reject();
    }

    void notSupported(FieldPath path) {
        notSupported(Problem.notSupported(path), false);
    }

    /** @param decides whether ignoring the field could allow what it forbids */
    void notSupported(Problem problem, boolean decides) {
        (decides ? refused : unsupported).add(problem);
    }

    /** Every field that is set in {@code message} has no effect where it stands, although it has elsewhere. */
    void notSupportedHere(Message message, FieldPath path, String... except) {
        List<String> honoured = List.of(except);
        for (var field : message.getAllFields().keySet()) {
            if (!honoured.contains(field.getName())) {
                notSupported(path.field(field.getName()));
            }
        }
    }

    void remember(Any any, Message message) {
        opened.put(any, message);
    }

    /** The message in {@code any}, opened when the resource was checked. */
    <M extends Message> M open(Any any, Class<M> type, FieldPath path) {
        Message message = opened.get(any);
        if (message == null || !type.isInstance(message)) {
            throw new InvalidResource(
                    path, "type " + Quote.of(any.getTypeUrl()) + ": expected " + type.getSimpleName());
        }
        return type.cast(message);
    }

    private void refuse() {
        List<Problem> fatal = new ArrayList<>(refused);
        if (policy.reject()) {
            fatal.addAll(unsupported);
        }
        if (!fatal.isEmpty()) {
            throw new InvalidResource(fatal);
        }
    }
}
