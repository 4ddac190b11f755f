package io.weft.proxy.xds;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Secret;
import io.weft.proxy.grpc.GrpcCall;
import io.weft.proxy.grpc.GrpcServer;
import io.weft.proxy.grpc.GrpcStatus;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.MalformedMessage;
import io.weft.proxy.wire.Message;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * ADS over gRPC. Every stream has a channel of its own, made with the secrets of that moment. A stream counts as connected
 * when the server's HTTP/2 settings have come, which it sends after it has verified our certificate.
 */
final class GrpcTransport implements AdsTransport {

    private static final String SERVICE = "/envoy.service.discovery.v3.AggregatedDiscoveryService/";
    private static final String DELTA = SERVICE + "DeltaAggregatedResources";
    private static final String STATE_OF_THE_WORLD = SERVICE + "StreamAggregatedResources";

    // Longer than a control plane that has anything to spare takes for a handshake.
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Message node;
    private final boolean delta;
    private final ControlPlaneTargets targets;
    private final Supplier<Map<String, Secret>> secrets;
    private final WireResponses responses;
    private final int maxMessage;
    private final EventLoops loops;
    private final Executor xds;
    private final LongSupplier nanos;
    private final Set<Call> calls = new HashSet<>();

    GrpcTransport(
            Bootstrap.Node node,
            boolean delta,
            ControlPlaneTargets targets,
            Supplier<Map<String, Secret>> secrets,
            WireResponses responses,
            int maxMessage,
            EventLoops loops,
            Executor xds,
            LongSupplier nanos) {
        this.node = WireRequests.node(node);
        this.delta = delta;
        this.targets = targets;
        this.secrets = secrets;
        this.responses = responses;
        this.maxMessage = maxMessage;
        this.loops = loops;
        this.xds = xds;
        this.nanos = nanos;
    }

    @Override
    public Stream open(Receiver receiver) {
        ControlPlaneTargets.Target target = targets.next(secrets.get());
        Call call = new Call(receiver);
        calls.add(call);
        call.begin(ControlPlane.server(target.address(), target.tls(), target.serverName(), loops));
        return call;
    }

    @Override
    public void close() {
        Set.copyOf(calls).forEach(Call::close);
    }

    private Event read(Bytes response) throws MalformedMessage {
        return delta
                ? responses.delta(response, nanos.getAsLong())
                : responses.stateOfTheWorld(response, nanos.getAsLong());
    }

    /** One stream. Confined to the thread of xDS, which is told of all that its call sees. */
    private final class Call implements GrpcCall.Receiver, Stream {
        private final Receiver receiver;
        private final long begun = nanos.getAsLong();
        private @Nullable GrpcCall call;
        private boolean connected;
        private boolean sent;
        private boolean done;

        Call(Receiver receiver) {
            this.receiver = receiver;
        }

        void begin(GrpcServer server) {
            String path = delta ? DELTA : STATE_OF_THE_WORLD;
            call = GrpcCall.open(server, new GrpcCall.Method(path, Map.of(), maxMessage, null), xds, this);
        }

        @Override
        public void opened(GrpcCall opened) {
            if (!done) {
                connected = true;
                receiver.connected();
            }
        }

        @Override
        public void send(Request request) {
            if (call != null && connected && !done) {
                call.send(WireRequests.of(request, sent ? null : node));
                sent = true;
            }
        }

        @Override
        public void message(Bytes response) {
            if (done) {
                return;
            }
            Event event;
            try {
                event = read(response);
            } catch (MalformedMessage e) {
                stop();
                ended("a response that cannot be read: " + e.getMessage(), Ending.BUSY);
                return;
            }
            receiver.received(event);
        }

        @Override
        public void closed(GrpcStatus status) {
            ended(
                    status.isOk() ? "ended by the control plane" : ErrorDetail.bounded(status.toString()),
                    ending(status));
        }

        private Ending ending(GrpcStatus status) {
            boolean slow = !connected && nanos.getAsLong() - begun > SLOW_NANOS;
            return switch (status.code()) {
                case OK, CANCELLED, UNAVAILABLE, UNKNOWN, ABORTED -> slow ? Ending.BUSY : Ending.GONE;
                default -> Ending.BUSY;
            };
        }

        private void ended(String reason, Ending ending) {
            if (!done) {
                done = true;
                calls.remove(this);
                receiver.closed(reason, ending);
            }
        }

        private void stop() {
            if (call != null) {
                call.close();
            }
        }

        @Override
        public void close() {
            if (!done) {
                done = true;
                calls.remove(this);
                stop();
            }
        }
    }
}
