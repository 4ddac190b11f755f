package io.weft.controlplane.source;

import io.weft.controlplane.source.YamlNode.Entry;
import io.weft.controlplane.source.YamlNode.Mapping;
import io.weft.controlplane.source.YamlNode.Scalar;
import io.weft.controlplane.source.YamlNode.Sequence;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Splits a file into its documents and parses each by itself, so that a syntax error costs one document and not the file. Trees are
 * built from the parser's events with an explicit stack: depth is limited, and anchors, aliases and tags, with which a small file can
 * unfold into a huge one, are refused.
 */
final class YamlDocuments {
    /** How deep mappings and lists may nest. */
    static final int MAX_DEPTH = 100;

    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+");
    private static final Pattern BOOLEAN = Pattern.compile("true|True|TRUE|false|False|FALSE");
    private static final Pattern NULL = Pattern.compile("|~|null|Null|NULL");

    /** One document, or why there is none. */
    sealed interface Document {
        record Parsed(Mapping root) implements Document {}

        record Broken(int line, String reason) implements Document {}
    }

    private YamlDocuments() {}

    static List<Document> parse(String text) {
        var documents = new ArrayList<Document>();
        StringBuilder chunk = new StringBuilder();
        int chunkLine = 0;
        int line = 0;
        for (String row : text.split("\n", -1)) {
            if (isSeparator(row)) {
                parseChunk(chunk.toString(), chunkLine, documents);
                chunk.setLength(0);
                chunkLine = line;
            }
            chunk.append(row).append('\n');
            line++;
        }
        parseChunk(chunk.toString(), chunkLine, documents);
        return documents;
    }

    /** YAML 1.2.2, 9.1.2: {@code ---} at the beginning of a line ends whatever came before, even inside a block scalar. */
    private static boolean isSeparator(String row) {
        return row.startsWith("---") && (row.length() == 3 || Character.isWhitespace(row.charAt(3)));
    }

    private static void parseChunk(String chunk, int firstLine, List<Document> into) {
        if (chunk.lines()
                .map(String::strip)
                .allMatch(row -> row.isEmpty() || row.startsWith("#") || row.equals("---"))) {
            return;
        }
        LoadSettings settings = LoadSettings.builder().setUseMarks(true).build();
        try {
            var builder = new TreeBuilder(firstLine);
            for (Event event : new Parse(settings).parseString(chunk)) {
                builder.accept(event).ifPresent(into::add);
            }
        } catch (Refusal refusal) {
            into.add(new Document.Broken(refusal.line, refusal.reason));
        } catch (MarkedYamlEngineException e) {
            int line = firstLine
                    + 1
                    + e.getProblemMark()
                            .or(e::getContextMark)
                            .map(Mark::getLine)
                            .orElse(0);
            into.add(new Document.Broken(line, "not YAML: " + Findings.shorten(e.getProblem())));
        } catch (YamlEngineException e) {
            into.add(new Document.Broken(
                    firstLine + 1, "not YAML: " + Findings.shorten(String.valueOf(e.getMessage()))));
        }
    }

    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final int line;
        final String reason;

        Refusal(int line, String reason) {
            super(reason, null, false, false);
            this.line = line;
            this.reason = reason;
        }
    }

    /** A collection that is being filled. */
    private sealed interface Open {
        int line();

        final class OpenMapping implements Open {
            final Map<String, Entry> entries = new LinkedHashMap<>();
            final int line;

            @Nullable
            String key;

            int keyLine;

            OpenMapping(int line) {
                this.line = line;
            }

            @Override
            public int line() {
                return line;
            }
        }

        record OpenSequence(List<YamlNode> items, int line) implements Open {}
    }

    private static final class TreeBuilder {
        private final int firstLine;
        private final Deque<Open> open = new ArrayDeque<>();
        private @Nullable YamlNode root;

        TreeBuilder(int firstLine) {
            this.firstLine = firstLine;
        }

        Optional<Document> accept(Event event) {
            int line = firstLine + 1 + event.getStartMark().map(Mark::getLine).orElse(0);
            if (event instanceof AliasEvent) {
                throw new Refusal(line, "YAML aliases are not supported: write the value out");
            }
            if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
                throw new Refusal(line, "YAML anchors are not supported: write the value out");
            }
            switch (event.getEventId()) {
                case MappingStart -> push(new Open.OpenMapping(line));
                case SequenceStart -> push(new Open.OpenSequence(new ArrayList<>(), line));
                case MappingEnd, SequenceEnd -> add(close(open.pop()));
                case Scalar -> add(scalar((ScalarEvent) event, line));
                case DocumentEnd -> {
                    return document(line);
                }
                case Alias, Comment, DocumentStart, StreamStart, StreamEnd -> {}
            }
            return Optional.empty();
        }

        private Optional<Document> document(int line) {
            YamlNode whole = root;
            root = null;
            if (whole == null || whole.isNull()) {
                return Optional.empty();
            }
            return Optional.of(
                    whole instanceof Mapping mapping
                            ? new Document.Parsed(mapping)
                            : new Document.Broken(
                                    Math.min(line, whole.line()),
                                    "expected an object with apiVersion and kind, found " + whole.describe()));
        }

        private void push(Open next) {
            if (open.size() >= MAX_DEPTH) {
                throw new Refusal(next.line(), "nested deeper than " + MAX_DEPTH);
            }
            open.push(next);
        }

        private static YamlNode close(Open done) {
            return switch (done) {
                case Open.OpenMapping mapping -> new Mapping(mapping.entries, mapping.line);
                case Open.OpenSequence sequence -> new Sequence(sequence.items(), sequence.line());
            };
        }

        private void add(YamlNode node) {
            switch (open.peek()) {
                case null -> root = node;
                case Open.OpenSequence sequence -> sequence.items().add(node);
                case Open.OpenMapping mapping -> addTo(mapping, node);
            }
        }

        private static void addTo(Open.OpenMapping mapping, YamlNode node) {
            String key = mapping.key;
            if (key == null) {
                if (!(node instanceof Scalar scalar)) {
                    throw new Refusal(node.line(), "a key must be a string, found " + node.describe());
                }
                Entry before = mapping.entries.get(scalar.text());
                if (before != null) {
                    throw new Refusal(
                            node.line(),
                            "field '" + Findings.shorten(scalar.text()) + "' was already given in line "
                                    + before.line());
                }
                mapping.key = scalar.text();
                mapping.keyLine = node.line();
            } else {
                mapping.entries.put(key, new Entry(node, mapping.keyLine));
                mapping.key = null;
            }
        }

        private static Scalar scalar(ScalarEvent event, int line) {
            if (event.getTag().isPresent()) {
                throw new Refusal(
                        line,
                        "YAML tags are not supported, found "
                                + Findings.shorten(event.getTag().get()));
            }
            String text = event.getValue();
            return new Scalar(text, event.isPlain() ? typeOf(text) : YamlNode.Type.STRING, line);
        }

        private static YamlNode.Type typeOf(String plain) {
            if (NULL.matcher(plain).matches()) {
                return YamlNode.Type.NULL;
            }
            if (BOOLEAN.matcher(plain).matches()) {
                return YamlNode.Type.BOOLEAN;
            }
            return NUMBER.matcher(plain).matches() ? YamlNode.Type.NUMBER : YamlNode.Type.STRING;
        }
    }
}
