package io.weft.proxy.bootstrap;

import java.util.ArrayDeque;
import java.util.Deque;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * The events of a text, which can be given back. Counts collections in collections, because those who read them recurse
 * over them (attack case H6).
 */
final class YamlEvents implements Parser {

    static final int MAX_DEPTH = 100;

    private final Parser parser;
    private final Deque<Event> back = new ArrayDeque<>();
    private int depth;

    YamlEvents(Parser parser) {
        this.parser = parser;
    }

    /** The collections that are open. */
    int depth() {
        return depth;
    }

    /** To be the next one; of several, the last one is given back first. */
    void giveBack(Event event) {
        back.push(event);
        depth -= step(event);
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return back.isEmpty() ? parser.checkEvent(choice) : back.element().getEventId() == choice;
    }

    @Override
    public Event peekEvent() {
        return back.isEmpty() ? parser.peekEvent() : back.element();
    }

    @Override
    public boolean hasNext() {
        return !back.isEmpty() || parser.hasNext();
    }

    @Override
    public Event next() {
        Event event = back.isEmpty() ? parser.next() : back.pop();
        depth += step(event);
        refuseDeeper(depth);
        return event;
    }

    static void refuseDeeper(int depth) {
        if (depth > MAX_DEPTH) {
            throw new YamlEngineException("nested deeper than " + MAX_DEPTH);
        }
    }

    private static int step(Event event) {
        return event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
    }
}
