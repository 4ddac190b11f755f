package io.weft.proxy.bootstrap;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A composed collection, given part by part as if it stood in the text. What is aliased is walked where it is used. */
final class NodeWalk {

    private record Open(Node collection, Iterator<? extends Node> rest) {}

    private final Deque<Open> open = new ArrayDeque<>();

    NodeWalk(CollectionNode<?> collection) {
        begin(collection);
    }

    /** The collections that are open; none when the walk is over. */
    int depth() {
        return open.size();
    }

    /** How the next node begins; null at the end of a collection. */
    @Nullable
    Part next() {
        Iterator<? extends Node> rest = open.element().rest();
        if (!rest.hasNext()) {
            open.pop();
            return null;
        }
        Node node = rest.next();
        begin(node);
        return part(node);
    }

    /** Passes over the rest of all that is open deeper. */
    void leave(int depth) {
        while (open.size() > depth) {
            open.pop();
        }
    }

    /** Of the innermost mapping; null where there is none of this name that is a scalar. */
    Part.@Nullable Scalar member(String name) {
        if (open.element().collection() instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals(name)
                        && tuple.getValueNode() instanceof ScalarNode value) {
                    return scalar(value);
                }
            }
        }
        return null;
    }

    private void begin(Node node) {
        switch (node) {
            case MappingNode mapping ->
                open.push(new Open(
                        mapping,
                        mapping.getValue().stream()
                                .flatMap(tuple -> Stream.of(tuple.getKeyNode(), tuple.getValueNode()))
                                .iterator()));
            case SequenceNode sequence ->
                open.push(new Open(sequence, sequence.getValue().iterator()));
            default -> {}
        }
    }

    static Part part(Node node) {
        return switch (node) {
            case MappingNode mapping -> new Part.Mapping(line(mapping));
            case SequenceNode sequence -> new Part.Sequence(line(sequence));
            case ScalarNode scalar -> scalar(scalar);
            default -> throw new IllegalStateException("a node of type " + node.getNodeType());
        };
    }

    private static Part.Scalar scalar(ScalarNode node) {
        return new Part.Scalar(node.getValue(), node.getTag(), node.isPlain(), line(node));
    }

    private static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0);
    }
}
