package io.weft.examples.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text of the resources with <code>${name}</code> to be filled in. */
final class Template {
    private static final Pattern NAME = Pattern.compile("\\$\\{([a-z0-9_]+)}");

    private Template() {}

    /** @throws BenchException when the template has a name without a value */
    static String render(String resource, Map<String, String> values) {
        return NAME.matcher(text(resource)).replaceAll(found -> {
            String value = values.get(found.group(1));
            if (value == null) {
                throw new BenchException("template " + resource + " has no value for '" + found.group(1) + "'");
            }
            return Matcher.quoteReplacement(value);
        });
    }

    static String text(String resource) {
        try (InputStream in = Template.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new BenchException("no resource '" + resource + "' beside " + Template.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException e) {
            throw new BenchException("resource '" + resource + "' cannot be read: " + e.getMessage(), e);
        }
    }
}
