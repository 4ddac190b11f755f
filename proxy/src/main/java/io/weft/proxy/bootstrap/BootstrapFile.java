package io.weft.proxy.bootstrap;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Secret;
import io.weft.proxy.wire.Message;
import io.weft.proxy.xds.parse.BootstrapParser;
import io.weft.proxy.xds.parse.InvalidResource;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Envoy's bootstrap file, YAML or JSON. All that is wrong with it is told at once, each with file, line and field. */
public final class BootstrapFile {

    private static final String TYPE = "envoy.config.bootstrap.v3.Bootstrap";

    private final Parsers parsers;
    private final @Nullable YamlDocument document;
    private final List<String> problems = new ArrayList<>();

    private BootstrapFile(Parsers parsers, @Nullable YamlDocument document) {
        this.parsers = parsers;
        this.document = document;
    }

    /** @throws InvalidBootstrap if the file cannot be read or says something that is not supported */
    public static Bootstrap read(Path file, Parsers parsers) {
        return parse(text(file), file.toString(), parsers);
    }

    /** @param label what the text is called in errors */
    public static Bootstrap parse(String text, String label, Parsers parsers) {
        YamlDocument document = YamlDocument.parse(text, label);
        return new BootstrapFile(parsers, document).load(message(document));
    }

    /**
     * A file with further settings laid over it, as Envoy does with {@code --config-yaml}: single values replace, lists
     * grow.
     */
    public static Bootstrap merge(String text, String label, String over, String overLabel, Parsers parsers) {
        Message base = message(YamlDocument.parse(text, label));
        return new BootstrapFile(parsers, null).load(base.merge(message(YamlDocument.parse(over, overLabel))));
    }

    static String text(Path file) {
        try {
            if (Files.size(file) > YamlDocument.MAX_CHARACTERS) {
                throw new InvalidBootstrap(
                        file + ": " + Files.size(file) + " bytes: expected at most " + YamlDocument.MAX_CHARACTERS);
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new InvalidBootstrap(file + ": no such file");
        } catch (IOException e) {
            throw new InvalidBootstrap(file + ": cannot be read: " + e.getMessage());
        }
    }

    private static Message message(YamlDocument document) {
        return new MessageReader(document).read(TYPE);
    }

    private Bootstrap load(Message message) {
        var resources = message.message("static_resources");
        List<Listener> listeners =
                each("listeners", resources.messages("listeners"), parsers::listener, Listener::name);
        List<Cluster> clusters = each("clusters", resources.messages("clusters"), parsers::cluster, Cluster::name);
        Map<String, Secret> secrets = new LinkedHashMap<>();
        for (var secret : each("secrets", resources.messages("secrets"), parsers::secret, Parsers.NamedSecret::name)) {
            secrets.put(secret.name(), secret.secret());
        }
        BootstrapParser.Frame frame = null;
        try {
            frame = parsers.bootstrap(message.without("static_resources"));
        } catch (InvalidResource e) {
            e.problems().forEach(problem -> problems.add(where(problem.path().segments()) + problem));
        }
        if (frame == null || !problems.isEmpty()) {
            throw new InvalidBootstrap(problems);
        }
        Bootstrap bootstrap = new Bootstrap(
                frame.node(), listeners, clusters, secrets, frame.ads(), frame.lds(), frame.cds(), frame.admin());
        String file = document == null ? "" : document.label() + ": ";
        References.problems(bootstrap).forEach(problem -> problems.add(file + problem));
        if (!problems.isEmpty()) {
            throw new InvalidBootstrap(problems);
        }
        return bootstrap;
    }

    private <R> List<R> each(
            String collection, List<Message> messages, Function<Message, R> parser, Function<R, String> name) {
        List<R> read = new ArrayList<>(messages.size());
        Set<String> names = new HashSet<>();
        for (int i = 0; i < messages.size(); i++) {
            try {
                R record = parser.apply(messages.get(i));
                if (!names.add(name.apply(record))) {
                    problems.add(where(place(collection, i, new ArrayDeque<>())) + collection + "[" + name.apply(record)
                            + "]: expected a name used once");
                }
                read.add(record);
            } catch (InvalidResource e) {
                for (Problem problem : e.problems()) {
                    problems.add(where(place(collection, i, problem.path().segments())) + problem);
                }
            }
        }
        return read;
    }

    /** From {@code listeners[web].address} to where that stands in the file. */
    private static Deque<String> place(String collection, int index, Deque<String> segments) {
        Deque<String> place = new ArrayDeque<>(segments);
        place.poll();
        place.poll();
        place.addFirst("[" + index + "]");
        place.addFirst(collection);
        place.addFirst("static_resources");
        return place;
    }

    private String where(Deque<String> segments) {
        return document == null ? "" : document.position(segments) + ": ";
    }
}
