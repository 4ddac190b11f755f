package io.weft.proxy.bootstrap;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Listener;
import io.weft.proxy.wire.Field;
import io.weft.proxy.wire.Message;
import io.weft.proxy.wire.MessageType;
import io.weft.proxy.xds.parse.InvalidResource;
import io.weft.proxy.xds.parse.Parsers;
import io.weft.proxy.xds.parse.Parsers.NamedSecret;
import io.weft.proxy.xds.parse.Problem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The resources that stand in a bootstrap file. Each becomes a record as soon as it is read, and its message is let go. */
final class StaticResources implements MessageReader.Elements {

    static final String FIELD = "static_resources";

    private static final String TYPE = "envoy.config.bootstrap.v3.Bootstrap.StaticResources";

    /**
     * A resource, or another part of the file, that the parsers do not take.
     *
     * @param place the fields that lead there from the file's root; a list's element as its index in brackets
     */
    record Refused(Deque<String> place, String why) {}

    private final Collection<Listener> listeners;
    private final Collection<Cluster> clusters;
    private final Collection<NamedSecret> secrets;

    StaticResources(Parsers parsers) {
        listeners = new Collection<>("listeners", parsers::listener, Listener::name);
        clusters = new Collection<>("clusters", parsers::cluster, Cluster::name);
        secrets = new Collection<>("secrets", parsers::secret, NamedSecret::name);
    }

    List<Listener> listeners() {
        return listeners.records;
    }

    List<Cluster> clusters() {
        return clusters.records;
    }

    List<NamedSecret> secrets() {
        return secrets.records;
    }

    /** Listeners first, whatever the order of the file. */
    List<Refused> refused() {
        return all().flatMap(collection -> collection.refused.stream()).toList();
    }

    @Override
    public boolean take(MessageType owner, Field list, int index, Message element) {
        if (!owner.name().equals(TYPE)) {
            return false;
        }
        all().filter(collection -> collection.name.equals(list.name()))
                .forEach(collection -> collection.take(index, element));
        return true;
    }

    /** Takes those of a bootstrap that was read whole. */
    void takeAll(Message bootstrap) {
        Message resources = bootstrap.message(FIELD);
        all().forEach(collection -> {
            List<Message> messages = resources.messages(collection.name);
            for (int i = 0; i < messages.size(); i++) {
                collection.take(i, messages.get(i));
            }
        });
    }

    private Stream<Collection<?>> all() {
        return Stream.of(listeners, clusters, secrets);
    }

    private static final class Collection<R> {
        private final String name;
        private final Function<Message, R> parser;
        private final Function<R, String> nameOf;
        private final List<R> records = new ArrayList<>();
        private final List<Refused> refused = new ArrayList<>();
        private final Set<String> names = new HashSet<>();

        private Collection(String name, Function<Message, R> parser, Function<R, String> nameOf) {
            this.name = name;
            this.parser = parser;
            this.nameOf = nameOf;
        }

        private void take(int index, Message message) {
            try {
                R record = parser.apply(message);
                String called = nameOf.apply(record);
                if (!names.add(called)) {
                    refused.add(new Refused(
                            place(index, new ArrayDeque<>()), name + "[" + called + "]: expected a name used once"));
                }
                records.add(record);
            } catch (InvalidResource e) {
                for (Problem problem : e.problems()) {
                    refused.add(new Refused(place(index, problem.path().segments()), problem.toString()));
                }
            }
        }

        /** From {@code listeners[web].address} to where that stands in the file. */
        private Deque<String> place(int index, Deque<String> segments) {
            Deque<String> place = new ArrayDeque<>(segments);
            place.poll();
            place.poll();
            place.addFirst("[" + index + "]");
            place.addFirst(name);
            place.addFirst(FIELD);
            return place;
        }
    }
}
