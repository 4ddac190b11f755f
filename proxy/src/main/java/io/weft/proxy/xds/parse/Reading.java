package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.Message;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** One resource being read: what was found not to be supported, and the {@code Any} messages already opened. */
final class Reading {

    private final UnsupportedFields policy;
    private final DataSources sources;
    private final List<Problem> unsupported = new ArrayList<>();
    private final List<Problem> refused = new ArrayList<>();
    private final IdentityHashMap<Message, Message> opened = new IdentityHashMap<>();

    private Reading(UnsupportedFields policy, DataSources sources) {
        this.policy = policy;
        this.sources = sources;
    }

    /** Checks a whole resource for fields without effect, then parses it. */
    static <R> R of(Message message, FieldPath root, Parse<R> parser, UnsupportedFields policy, DataSources sources) {
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
        for (var field : message.given()) {
            if (!honoured.contains(field.name())) {
                notSupported(path.field(field.name()));
            }
        }
    }

    void remember(Message any, Message message) {
        opened.put(any, message);
    }

    /** The message in {@code any}, opened when the resource was checked. */
    Message open(Message any, String type, FieldPath path) {
        Message message = opened.get(any);
        if (message == null || !message.type().name().equals(type)) {
            throw new InvalidResource(
                    path,
                    "type " + Quote.of(any.text("type_url")) + ": expected "
                            + type.substring(type.lastIndexOf('.') + 1));
        }
        return message;
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
