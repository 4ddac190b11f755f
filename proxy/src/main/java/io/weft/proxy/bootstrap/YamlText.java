package io.weft.proxy.bootstrap;

import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** One document of YAML 1.2 or JSON, to be read part by part. Its errors name it and the line. */
final class YamlText {

    static final int MAX_CHARACTERS = 64 * 1024 * 1024;

    private final String label;
    private final String text;
    private final LoadSettings settings;

    /** @param label what the text is called in errors, usually its file */
    YamlText(String text, String label) {
        this.label = label;
        // JSON may be indented with tabs, YAML may not; inside strings JSON has none.
        this.text = text.stripLeading().startsWith("{") ? text.replace('\t', ' ') : text;
        this.settings = LoadSettings.builder()
                .setLabel(label)
                .setCodePointLimit(MAX_CHARACTERS)
                .setSchema(new CoreSchema())
                .build();
    }

    String label() {
        return label;
    }

    /** @param line from 0 */
    String position(int line) {
        return label + ":" + (line + 1);
    }

    /**
     * @param reader takes all of the document
     * @throws InvalidBootstrap if the text is not one document
     */
    <R> R read(Function<YamlCursor, R> reader) {
        return refusing(parser -> {
            YamlCursor cursor = new YamlCursor(settings, parser, YamlCursor.mayMerge(text));
            R result = reader.apply(cursor);
            int another = cursor.another();
            if (another >= 0) {
                throw new InvalidBootstrap(position(another) + ": not YAML: but found another document");
            }
            return result;
        });
    }

    /** Takes a tree of the whole document; the document must have been read before without an error. */
    Places places() {
        return refusing(parser -> new Places(new Composer(settings, parser)
                .getSingleNode()
                .orElseThrow(() -> new InvalidBootstrap(label + ": empty"))));
    }

    private <R> R refusing(Function<Parser, R> reader) {
        try {
            return reader.apply(new ParserImpl(settings, new StreamReader(settings, text)));
        } catch (MarkedYamlEngineException e) {
            String where = e.getProblemMark()
                    .map(mark -> position(mark.getLine()) + ": ")
                    .orElse(label + ": ");
            throw new InvalidBootstrap(where + "not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new InvalidBootstrap(label + ": not YAML: " + e.getMessage());
        }
    }
}
