package io.weft.proxy.bootstrap;

import io.weft.proxy.bootstrap.StaticResources.Refused;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Secret;
import io.weft.proxy.wire.Message;
import io.weft.proxy.xds.parse.BootstrapParser;
import io.weft.proxy.xds.parse.InvalidResource;
import io.weft.proxy.xds.parse.Parsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Envoy's bootstrap file, YAML or JSON. All that is wrong with it is told at once, each with file, line and field. */
public final class BootstrapFile {

    private static final String TYPE = "envoy.config.bootstrap.v3.Bootstrap";

    private final Parsers parsers;
    private final @Nullable YamlText text;
    private final StaticResources resources;

    private BootstrapFile(Parsers parsers, @Nullable YamlText text) {
        this.parsers = parsers.readingFilesOnce();
        this.text = text;
        this.resources = new StaticResources(this.parsers);
    }

    /** @throws InvalidBootstrap if the file cannot be read or says something that is not supported */
    public static Bootstrap read(Path file, Parsers parsers) {
        return parse(text(file), file.toString(), parsers);
    }

    /** @param label what the text is called in errors */
    public static Bootstrap parse(String text, String label, Parsers parsers) {
        YamlText yaml = new YamlText(text, label);
        BootstrapFile file = new BootstrapFile(parsers, yaml);
        return file.load(MessageReader.read(yaml, TYPE, file.resources));
    }

    /**
     * A file with further settings laid over it, as Envoy does with {@code --config-yaml}: single values replace, lists
     * grow.
     */
    public static Bootstrap merge(String text, String label, String over, String overLabel, Parsers parsers) {
        Message base = MessageReader.read(new YamlText(text, label), TYPE);
        Message merged = base.merge(MessageReader.read(new YamlText(over, overLabel), TYPE));
        BootstrapFile file = new BootstrapFile(parsers, null);
        file.resources.takeAll(merged);
        return file.load(merged);
    }

    static String text(Path file) {
        try {
            if (Files.size(file) > YamlText.MAX_CHARACTERS) {
                throw new InvalidBootstrap(
                        file + ": " + Files.size(file) + " bytes: expected at most " + YamlText.MAX_CHARACTERS);
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new InvalidBootstrap(file + ": no such file");
        } catch (IOException e) {
            throw new InvalidBootstrap(file + ": cannot be read: " + e.getMessage());
        }
    }

    /** @param message the resources in it were taken */
    private Bootstrap load(Message message) {
        List<Refused> refused = new ArrayList<>(resources.refused());
        BootstrapParser.Frame frame = null;
        try {
            frame = parsers.bootstrap(message.without(StaticResources.FIELD));
        } catch (InvalidResource e) {
            e.problems()
                    .forEach(problem -> refused.add(new Refused(problem.path().segments(), problem.toString())));
        }
        if (frame == null || !refused.isEmpty()) {
            throw new InvalidBootstrap(placed(refused));
        }
        Map<String, Secret> secrets = new LinkedHashMap<>();
        resources.secrets().forEach(secret -> secrets.put(secret.name(), secret.secret()));
        Bootstrap bootstrap = new Bootstrap(
                frame.node(),
                resources.listeners(),
                resources.clusters(),
                secrets,
                frame.ads(),
                frame.lds(),
                frame.cds(),
                frame.admin());
        String file = text == null ? "" : text.label() + ": ";
        List<String> unresolved = References.problems(bootstrap);
        if (!unresolved.isEmpty()) {
            throw new InvalidBootstrap(
                    unresolved.stream().map(problem -> file + problem).toList());
        }
        return bootstrap;
    }

    private List<String> placed(List<Refused> refused) {
        if (text == null) {
            return refused.stream().map(Refused::why).toList();
        }
        Places places = text.places();
        return refused.stream()
                .map(each -> text.position(places.line(each.place())) + ": " + each.why())
                .toList();
    }
}
