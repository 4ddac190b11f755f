package io.weft.init.validate;

import io.weft.init.options.Cidr;
import io.weft.init.options.Options;
import io.weft.init.plan.Family;
import io.weft.init.validate.Probes.Local;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Opens listeners where the proxy would, dials, and compares the destination that was meant with the one that arrives. */
public final class Validator {
    private static final long PAUSE_MILLIS = 200;

    private final Options options;
    private final Consumer<String> report;

    public Validator(Options options, Consumer<String> report) {
        this.options = options;
        this.report = report;
    }

    /** What became of a probe. */
    private sealed interface Outcome {
        record Proven(InetSocketAddress destination) implements Outcome {}

        record Failed(String why) implements Outcome {}

        record NotTried(String why) implements Outcome {}
    }

    /** Whether every direction that could be tried holds, and at least one could. */
    public boolean holds() {
        long ownUid = Libc.fileSystemUid();
        long ownGid = Libc.fileSystemGid();
        Probes probes;
        try {
            probes = new Probes(options, localAddresses());
        } catch (IOException e) {
            report.accept("Validation failed: the addresses of this namespace are not known: " + e.getMessage());
            return false;
        }
        int proven = 0;
        boolean failed = false;
        for (Family family : Family.values()) {
            for (Probe probe : probes.of(family, ownUid, ownGid)) {
                switch (prove(probe)) {
                    case Outcome.Proven(var destination) -> {
                        proven++;
                        report.accept("Validated " + probe.name() + ": a connection of uid " + probe.uid() + " to "
                                + print(destination) + " arrived at port "
                                + probe.listenAt().getPort() + ".");
                    }
                    case Outcome.Failed(var why) -> {
                        failed = true;
                        report.accept("Validation of " + probe.name() + " failed: " + why);
                    }
                    case Outcome.NotTried(var why) ->
                        report.accept("Not validated by a connection, " + probe.name() + ": " + why);
                }
            }
        }
        if (proven == 0 && !failed) {
            report.accept("Validation failed: no direction could be tried.");
        }
        return proven > 0 && !failed;
    }

    private Outcome prove(Probe probe) {
        int listener;
        try {
            listener = Libc.listen(probe.listenAt());
        } catch (IOException e) {
            return new Outcome.Failed(e.getMessage() + "; validation must run before the proxy does");
        }
        try {
            // On a thread of its own, which ends with the identity it took.
            AtomicReference<Outcome> outcome = new AtomicReference<>(new Outcome.Failed("it was interrupted"));
            Thread thread = Thread.ofPlatform()
                    .name("probe-" + probe.name())
                    .start(() -> outcome.set(
                            Libc.becomeOwner(probe.uid(), probe.gid())
                                    ? dialUntilCaptured(probe, listener)
                                    : new Outcome.NotTried("this process may not act as uid " + probe.uid() + ", gid "
                                            + probe.gid() + " (no capability SETUID and SETGID)")));
            thread.join();
            return outcome.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Failed("it was interrupted");
        } finally {
            Libc.close(listener);
        }
    }

    /** Dials until a deadline, as the rules may be on their way in by another hand. */
    private Outcome dialUntilCaptured(Probe probe, int listener) {
        long limit = options.run().probeTimeout().toMillis();
        long deadline = System.nanoTime() + options.run().probeTimeout().toNanos();
        for (InetSocketAddress destination : probe.destinations()) {
            String last = "";
            try {
                do {
                    boolean answered = dial(probe, destination, deadline);
                    if (arrives(destination, listener)) {
                        return new Outcome.Proven(destination);
                    }
                    last = answered ? "was answered by another" : "was not answered";
                } while (System.nanoTime() < deadline);
                return new Outcome.Failed("within " + limit + " ms a connection to " + print(destination) + " " + last
                        + ": it was not redirected to port " + probe.listenAt().getPort());
            } catch (NoRouteToHostException _) {
                // Nobody gets there, captured or not: the next destination may have a route.
            } catch (IOException e) {
                return new Outcome.Failed("a connection to " + print(destination) + " failed: " + e.getMessage());
            }
        }
        return new Outcome.NotTried("there is no route to any of "
                + probe.destinations().stream().map(Validator::print).toList());
    }

    /** Whether anybody answered; throws NoRouteToHostException when there is no way there. */
    private static boolean dial(Probe probe, InetSocketAddress destination, long deadline) throws IOException {
        long millis = Math.max(1, Duration.ofNanos(deadline - System.nanoTime()).toMillis());
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(probe.from(), 0));
            socket.connect(destination, (int) millis);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (ConnectException e) {
            return false;
        } catch (SocketException e) {
            // ENETUNREACH has no exception of its own.
            if (String.valueOf(e.getMessage()).contains("unreachable")) {
                throw new NoRouteToHostException(e.getMessage());
            }
            throw e;
        }
    }

    /** Whether the listener sees a connection that meant this destination; others may be at the door as well. */
    private static boolean arrives(InetSocketAddress destination, int listener) throws IOException {
        boolean ipv6 = destination.getAddress() instanceof Inet6Address;
        InetSocketAddress meant = Libc.acceptOriginalDestination(listener, ipv6, PAUSE_MILLIS);
        while (meant != null && !meant.equals(destination)) {
            meant = Libc.acceptOriginalDestination(listener, ipv6, PAUSE_MILLIS);
        }
        return meant != null;
    }

    private static String print(InetSocketAddress address) {
        return Cidr.print(address.getAddress()) + " port " + address.getPort();
    }

    private static List<Local> localAddresses() throws SocketException {
        List<Local> local = new ArrayList<>();
        for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InterfaceAddress address : one.getInterfaceAddresses()) {
                local.add(new Local(withoutScope(address.getAddress()), address.getNetworkPrefixLength()));
            }
        }
        return local;
    }

    private static InetAddress withoutScope(InetAddress address) {
        try {
            return address instanceof Inet6Address ? InetAddress.getByAddress(address.getAddress()) : address;
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + address.getAddress().length + " bytes", e);
        }
    }
}
