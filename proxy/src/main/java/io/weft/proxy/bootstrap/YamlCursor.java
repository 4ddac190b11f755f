package io.weft.proxy.bootstrap;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Gives a text of one document part by part, and keeps none of it. What is anchored is composed to a node, and given from
 * there, so that an alias finds it again; so is a whole text that merges keys, since what a merge key brings comes last.
 */
final class YamlCursor {

    private static final String MERGE_KEY = "<<";

    private final YamlEvents events;
    private final Nodes nodes;
    private final boolean merges;
    /** Of the mapping last begun, while nothing of it was given. */
    private @Nullable Event start;

    private @Nullable NodeWalk walk;

    YamlCursor(LoadSettings settings, Parser parser, boolean merges) {
        this.events = new YamlEvents(parser);
        this.nodes = new Nodes(settings, events);
        this.merges = merges;
    }

    static boolean mayMerge(String text) {
        return text.contains(MERGE_KEY);
    }

    /** How the document's one node begins; null where there is no document. */
    @Nullable
    Part root() {
        events.next();
        if (events.checkEvent(Event.ID.StreamEnd)) {
            return null;
        }
        events.next();
        return merges ? compose() : next();
    }

    /** After the document's node: the line, from 0, at which another document begins; -1 for none. */
    int another() {
        events.next();
        return events.checkEvent(Event.ID.StreamEnd) ? -1 : line(events.next());
    }

    /** How the next node begins; null at the end of the innermost collection. */
    @Nullable
    Part next() {
        start = null;
        if (walk != null) {
            Part part = walk.next();
            YamlEvents.refuseDeeper(depth());
            endWalk();
            return part;
        }
        Event event = events.next();
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            events.giveBack(event);
            return compose();
        }
        return switch (event.getEventId()) {
            case Scalar -> scalar((ScalarEvent) event);
            case MappingStart -> {
                start = event;
                yield new Part.Mapping(line(event));
            }
            case SequenceStart -> new Part.Sequence(line(event));
            case MappingEnd, SequenceEnd -> null;
            default -> throw new IllegalStateException("not within a document: " + event);
        };
    }

    /** The next key of the innermost mapping; null at its end. */
    Part.@Nullable Scalar key() {
        return switch (next()) {
            case null -> null;
            case Part.Scalar key -> key;
            case Part.Mapping _, Part.Sequence _ ->
                throw new YamlEngineException("Non scalar key is detected but it is not configured to be allowed.");
        };
    }

    /** How the value begins that belongs to the key last given. */
    Part value() {
        Part value = next();
        if (value == null) {
            throw new IllegalStateException("a key without a value");
        }
        return value;
    }

    /** The collections that are open. */
    int depth() {
        return events.depth() + (walk == null ? 0 : walk.depth());
    }

    /** Passes over the rest of all that is open deeper. */
    void leave(int depth) {
        while (depth() > depth) {
            if (walk != null) {
                // At once, however much an alias stands for.
                walk.leave(Math.max(0, depth - events.depth()));
                endWalk();
            } else {
                next();
            }
        }
    }

    /** Passes over the next node. */
    void skip() {
        int depth = depth();
        next();
        leave(depth);
    }

    /**
     * Looks ahead in the mapping that has just begun, all of which is still to be given. A member that does not come first
     * has the whole mapping composed.
     *
     * @return null where there is none of this name that is a scalar
     */
    Part.@Nullable Scalar member(String name) {
        if (start != null) {
            Event key = events.next();
            Event value = isPlainly(key) && ((ScalarEvent) key).getValue().equals(name) ? events.next() : null;
            if (value != null) {
                events.giveBack(value);
            }
            events.giveBack(key);
            if (value != null && isPlainly(value)) {
                return scalar((ScalarEvent) value);
            }
            events.giveBack(start);
            compose();
        }
        return walk == null ? null : walk.member(name);
    }

    private static boolean isPlainly(Event event) {
        return event instanceof ScalarEvent scalar && scalar.getAnchor().isEmpty();
    }

    /** The next node, wherever its parts come from. */
    private Part compose() {
        start = null;
        Node node = nodes.compose();
        if (node instanceof CollectionNode<?> collection) {
            walk = new NodeWalk(collection);
            YamlEvents.refuseDeeper(depth());
        }
        return NodeWalk.part(node);
    }

    private void endWalk() {
        if (walk != null && walk.depth() == 0) {
            walk = null;
        }
    }

    private static Part.Scalar scalar(ScalarEvent event) {
        String told = event.getTag().orElse("!");
        return new Part.Scalar(
                event.getValue(),
                told.equals("!") ? null : new Tag(told),
                event.getImplicit().canOmitTagInPlainScalar(),
                line(event));
    }

    private static int line(Event event) {
        return event.getStartMark().map(Mark::getLine).orElse(0);
    }

    /** Knows the anchors so far. */
    private static final class Nodes extends Composer {

        private final MappingNode around = new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK);

        private Nodes(LoadSettings settings, YamlEvents events) {
            super(settings, events);
        }

        private Node compose() {
            return composeValueNode(around);
        }
    }
}
