package io.weft.proxy.agent;

import io.weft.proxy.config.Secret;
import io.weft.proxy.files.SecretFiles;
import io.weft.proxy.grpc.GrpcStatus;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.Draft;
import io.weft.proxy.wire.Field;
import io.weft.proxy.wire.MalformedMessage;
import io.weft.proxy.wire.Message;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Envoy's Secret Discovery Service, version 3, in all three of its forms. Whoever can call it gets the key, so it is served where only
 * the workload's own account can.
 */
final class SecretService {
    private static final String DISCOVERY = "envoy.service.discovery.v3.";
    private static final String PATH = "/envoy.service.secret.v3.SecretDiscoveryService/";

    private final Set<SecretStream> streams = ConcurrentHashMap.newKeySet();
    private final SecretFiles files = new SecretFiles();
    private final Map<String, Secret> inFiles = new HashMap<>();
    private Map<String, Secret> own = Map.of();
    private volatile OfferedSecrets offered = OfferedSecrets.NONE;

    /** What becomes of a call's messages. Called by one thread. */
    interface Call {
        void received(Bytes message) throws MalformedMessage;

        /** The client says no more. */
        void ended();

        /** The client is gone. */
        void lost();
    }

    /** These are the secrets now: every client that asked for one that changed is told. */
    synchronized void offer(Map<String, Secret> secrets) {
        own = secrets;
        publish();
    }

    private void publish() {
        Map<String, Secret> all = new HashMap<>(inFiles);
        all.putAll(own);
        OfferedSecrets next = OfferedSecrets.of(all);
        offered = next;
        streams.forEach(stream -> stream.offer(next));
    }

    /** Those of the names that mean files are read, and from now on looked at. */
    private synchronized void want(Collection<String> names) {
        if (read(names)) {
            publish();
        }
    }

    private boolean read(Collection<String> names) {
        boolean changed = false;
        for (String name : names) {
            Secret secret = SecretFiles.isName(name) ? files.secret(name, "a client of the secrets") : null;
            changed |= secret != null && !secret.equals(inFiles.put(name, secret));
        }
        return changed;
    }

    /** Tells what has changed in files since the last time. To be called once a second. */
    synchronized void lookAtFiles() {
        Set<String> names = new HashSet<>();
        streams.forEach(stream -> names.addAll(stream.names()));
        files.retain(names);
        inFiles.keySet().retainAll(names);
        Map<String, Secret> changed = files.look();
        inFiles.putAll(changed);
        if (read(names) || !changed.isEmpty()) {
            publish();
        }
    }

    /** Ends all streams. */
    void close() {
        streams.forEach(SecretStream::end);
    }

    /** Begins a call, or ends it at once when there is no such method. */
    Call begin(String path, SecretStream.Client client) {
        return switch (path) {
            case PATH + "StreamSecrets" ->
                new Streaming(client, (nonce, wanted, changed) -> sotw(nonce, wanted)) {
                    @Override
                    public void received(Bytes message) throws MalformedMessage {
                        sotw(stream, Message.read(DISCOVERY + "DiscoveryRequest", message));
                    }
                };
            case PATH + "DeltaSecrets" ->
                new Streaming(client, (nonce, wanted, changed) -> delta(nonce, changed)) {
                    @Override
                    public void received(Bytes message) throws MalformedMessage {
                        delta(stream, Message.read(DISCOVERY + "DeltaDiscoveryRequest", message));
                    }
                };
            case PATH + "FetchSecrets" -> new Fetching(client);
            default -> {
                client.end(new GrpcStatus(GrpcStatus.Code.UNIMPLEMENTED, "no method " + path));
                yield new Nothing();
            }
        };
    }

    private abstract class Streaming implements Call {
        final SecretStream stream;

        Streaming(SecretStream.Client client, SecretStream.Writer writer) {
            stream = new SecretStream(client, writer, offered);
            streams.add(stream);
            // Between the line before and this one the secrets may have changed.
            stream.offer(offered);
        }

        @Override
        public void ended() {
            streams.remove(stream);
            stream.end();
        }

        @Override
        public void lost() {
            streams.remove(stream);
            stream.lost();
        }
    }

    private final class Fetching implements Call {
        private final SecretStream.Client client;

        Fetching(SecretStream.Client client) {
            this.client = client;
        }

        @Override
        public void received(Bytes message) throws MalformedMessage {
            List<String> names =
                    Message.read(DISCOVERY + "DiscoveryRequest", message).texts("resource_names");
            want(names);
            var wanted = offered.of(names);
            if (wanted.isEmpty()) {
                client.end(new GrpcStatus(GrpcStatus.Code.UNAVAILABLE, "none of " + names + " is there yet"));
                return;
            }
            client.send(sotw("0", wanted));
            client.end(new GrpcStatus(GrpcStatus.Code.OK, ""));
        }

        @Override
        public void ended() {}

        @Override
        public void lost() {}
    }

    private static final class Nothing implements Call {
        @Override
        public void received(Bytes message) {}

        @Override
        public void ended() {}

        @Override
        public void lost() {}
    }

    private void sotw(SecretStream stream, Message request) {
        if (!stream.isCurrent(request.text("response_nonce"))) {
            return;
        }
        if (request.has("error_detail")) {
            stream.refused(request.message("error_detail").text("message"));
        }
        stream.replace(request.texts("resource_names"));
        want(stream.names());
    }

    private void delta(SecretStream stream, Message request) {
        if (request.has("error_detail")) {
            stream.refused(request.message("error_detail").text("message"));
        }
        stream.unsubscribe(request.texts("resource_names_unsubscribe"));
        Map<String, String> kept = new TreeMap<>();
        Field versions = Objects.requireNonNull(request.type().field("initial_resource_versions"));
        if (request.value(versions) instanceof Map<?, ?> given) {
            given.forEach((name, version) -> kept.put((String) name, (String) version));
        }
        List<String> names = request.texts("resource_names_subscribe").stream()
                .filter(name -> !kept.containsKey(name))
                .toList();
        stream.resume(kept);
        if (!names.isEmpty() || !kept.isEmpty()) {
            stream.subscribe(names);
            want(stream.names());
        }
    }

    private static Bytes sotw(String nonce, SortedMap<String, OfferedSecrets.Offered> wanted) {
        return Draft.of(DISCOVERY + "DiscoveryResponse")
                .with("type_url", OfferedSecrets.TYPE_URL)
                .with("version_info", OfferedSecrets.version(wanted))
                .with("nonce", nonce)
                .with(
                        "resources",
                        wanted.values().stream()
                                .map(OfferedSecrets.Offered::any)
                                .toList())
                .build()
                .toBytes();
    }

    private static Bytes delta(String nonce, SortedMap<String, OfferedSecrets.Offered> changed) {
        List<Message> resources = changed.entrySet().stream()
                .map(entry -> Draft.of(DISCOVERY + "Resource")
                        .with("name", entry.getKey())
                        .with("version", entry.getValue().version())
                        .with("resource", entry.getValue().any())
                        .build())
                .toList();
        return Draft.of(DISCOVERY + "DeltaDiscoveryResponse")
                .with("type_url", OfferedSecrets.TYPE_URL)
                .with("system_version_info", OfferedSecrets.version(changed))
                .with("nonce", nonce)
                .with("resources", resources)
                .build()
                .toBytes();
    }
}
