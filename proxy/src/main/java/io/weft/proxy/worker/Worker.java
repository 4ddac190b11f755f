package io.weft.proxy.worker;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.weft.proxy.balance.Dice;
import io.weft.proxy.config.Snapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** One event loop and what belongs to it alone. */
public final class Worker {

    private final EventLoop loop;
    private final int index;
    private final Deadlines deadlines;
    private final Dice dice = new Dice(ThreadLocalRandom.current().nextLong());
    private final Pipes pipes = new Pipes();
    private final Set<Channel> lingering = new HashSet<>();
    private boolean closed;
    private final ArrayList<Channel> unflushed = new ArrayList<>();
    private long now = System.nanoTime();
    private int depth;
    private Snapshot snapshot = Snapshot.EMPTY;

    public Worker(EventLoop loop, int index) {
        this.loop = loop;
        this.index = index;
        this.deadlines = new Deadlines(loop);
    }

    public EventLoop loop() {
        return loop;
    }

    /** From 0; workers of one proxy are numbered without gaps. */
    public int index() {
        return index;
    }

    public Deadlines deadlines() {
        return deadlines;
    }

    /** Configuration as of the last publication that this loop has seen. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** Called on the loop when a new snapshot was published. */
    public void snapshot(Snapshot published) {
        snapshot = published;
    }

    /** {@link System#nanoTime} at the beginning of the event being handled. */
    public long now() {
        return now;
    }

    /** What plain bytes are spliced through. */
    public Pipes pipes() {
        return pipes;
    }

    /** A channel whose connection is over has bytes left to send; it closes itself, or is closed with the worker. */
    public void linger(Channel channel) {
        if (closed) {
            channel.close();
        } else if (lingering.add(channel)) {
            channel.closeFuture().addListener(gone -> lingering.remove(channel));
        }
    }

    /** Called on the loop when the proxy ends, before its connections are closed: nothing is kept for later any more. */
    public void close() {
        closed = true;
        pipes.close();
        List.copyOf(lingering).forEach(Channel::close);
    }

    /** This loop's source of chance; never for secrets. */
    public Dice dice() {
        return dice;
    }

    /**
     * Begins the handling of an event: reads the clock once. Every {@code enter} has one {@link #leave}; they nest,
     * because an event on one channel can call into another.
     */
    public void enter() {
        if (depth++ == 0) {
            now = System.nanoTime();
        }
    }

    /** Ends the handling of an event: what was written meanwhile goes out, each channel flushed once. */
    public void leave() {
        if (--depth == 0) {
            flush();
        }
    }

    /** Asks that a channel's writes go out when the event at hand is done, or at once outside of any. */
    public void flushLater(Channel channel) {
        if (depth == 0) {
            channel.flush();
        } else if (!unflushed.contains(channel)) {
            unflushed.add(channel);
        }
    }

    private void flush() {
        // Flushing can complete writes, whose listeners can ask for more flushes: the list may grow while we go.
        for (int i = 0; i < unflushed.size(); i++) {
            unflushed.get(i).flush();
        }
        unflushed.clear();
    }
}
