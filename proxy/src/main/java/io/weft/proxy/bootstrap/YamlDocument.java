package io.weft.proxy.bootstrap;

import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** A YAML 1.2 or JSON text as a tree that still knows its lines. Aliases and nesting are bounded (attack case H6). */
final class YamlDocument {

    static final int MAX_DEPTH = 100;
    static final int MAX_CHARACTERS = 64 * 1024 * 1024;

    private final String label;
    private final Node root;

    private YamlDocument(String label, Node root) {
        this.label = label;
        this.root = root;
    }

    /** @param label what the text is called in errors, usually its file */
    static YamlDocument parse(String text, String label) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(label)
                .setCodePointLimit(MAX_CHARACTERS)
                .setAllowDuplicateKeys(false)
                .setSchema(new CoreSchema())
                .build();
        // JSON may be indented with tabs, YAML may not; inside strings JSON has none.
        String readable = text.stripLeading().startsWith("{") ? text.replace('\t', ' ') : text;
        try {
            Node root = new Composer(
                            settings, new Shallow(new ParserImpl(settings, new StreamReader(settings, readable))))
                    .getSingleNode()
                    .orElseThrow(() -> new InvalidBootstrap(label + ": empty"));
            return new YamlDocument(label, root);
        } catch (MarkedYamlEngineException e) {
            String where = e.getProblemMark()
                    .map(mark -> label + ":" + (mark.getLine() + 1) + ": ")
                    .orElse(label + ": ");
            throw new InvalidBootstrap(where + "not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new InvalidBootstrap(label + ": not YAML: " + e.getMessage());
        }
    }

    String label() {
        return label;
    }

    Node root() {
        return root;
    }

    /** Where a node stands, as {@code file:line}. */
    String position(Node node) {
        return node.getStartMark()
                .map(mark -> label + ":" + (mark.getLine() + 1))
                .orElse(label);
    }

    /** Where the field stands, or the nearest object around it that the file has. */
    String position(Deque<String> segments) {
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
        return position(place);
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

    /** Counts collections in collections, because what builds the tree recurses over them. */
    private static final class Shallow implements Parser {
        private final Parser events;
        private int depth;

        private Shallow(Parser events) {
            this.events = events;
        }

        @Override
        public boolean checkEvent(Event.ID choice) {
            return events.checkEvent(choice);
        }

        @Override
        public Event peekEvent() {
            return events.peekEvent();
        }

        @Override
        public boolean hasNext() {
            return events.hasNext();
        }

        @Override
        public Event next() {
            Event event = events.next();
            if (event instanceof CollectionStartEvent) {
                depth++;
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (depth > MAX_DEPTH) {
                throw new YamlEngineException("nested deeper than " + MAX_DEPTH);
            }
            return event;
        }
    }
}
