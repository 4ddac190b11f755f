package io.weft.proxy.bootstrap;

import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Where in a text its fields stand, for what is found wrong with records after the text has been read. */
final class Places {

    private final Node root;

    Places(Node root) {
        this.root = root;
    }

    /** The line, from 0, of a field, or of the nearest object around it that the text has. */
    int line(Deque<String> segments) {
        Node at = root;
        Node place = root;
        for (String segment : segments) {
            if (segment.isEmpty()) {
                continue;
            }
            NodeTuple member = segment.startsWith("[") ? null : member(at, segment);
            Node next = member != null ? member.getValueNode() : element(at, segment);
            if (next == null) {
                break;
            }
            at = next;
            place = member != null ? member.getKeyNode() : next;
        }
        return place.getStartMark().map(Mark::getLine).orElse(0);
    }

    private static @Nullable NodeTuple member(Node node, String name) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key
                        && (key.getValue().equals(name) || key.getValue().equals(camelCase(name)))) {
                    return tuple;
                }
            }
        }
        return null;
    }

    private static @Nullable Node element(Node node, String segment) {
        String key = segment.startsWith("[") ? segment.substring(1, segment.length() - 1) : segment;
        if (node instanceof SequenceNode sequence && key.chars().allMatch(Character::isDigit) && key.length() < 9) {
            int index = Integer.parseInt(key);
            return index < sequence.getValue().size() ? sequence.getValue().get(index) : null;
        }
        NodeTuple member = member(node, key);
        return member == null ? null : member.getValueNode();
    }

    private static String camelCase(String name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) == '_' && i + 1 < name.length()) {
                text.append(Character.toUpperCase(name.charAt(++i)));
            } else {
                text.append(name.charAt(i));
            }
        }
        return text.toString();
    }
}
