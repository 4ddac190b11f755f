package io.weft.proxy.xds;

import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.MalformedMessage;
import io.weft.proxy.wire.Message;
import io.weft.proxy.xds.parse.Parsers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From protobuf to events, with every resource judged by its parser. */
final class WireResponses {

    private static final String DISCOVERY = "envoy.service.discovery.v3.";
    private static final String WRAPPED = "type.googleapis.com/envoy.service.discovery.v3.Resource";

    private final ResourceParser parser;

    WireResponses(ResourceParser parser) {
        this.parser = parser;
    }

    /** A {@code DiscoveryResponse}. */
    Event stateOfTheWorld(Bytes bytes, long now) throws MalformedMessage {
        Message response = Message.read(DISCOVERY + "DiscoveryResponse", bytes);
        String nonce = response.text("nonce");
        ResourceType type = ResourceType.of(response.text("type_url"));
        if (type == null) {
            return new Event.UnknownType(response.text("type_url"), nonce);
        }
        String version = response.text("version_info");
        List<Message> resources = response.messages("resources");
        List<Judged> judged = new ArrayList<>(resources.size());
        for (int i = 0; i < resources.size(); i++) {
            Message any = resources.get(i);
            judged.add(
                    any.text("type_url").equals(WRAPPED)
                            ? unwrap(type, any, version, i)
                            : judge(type, any, "", version, null, i));
        }
        return new Event.Response(type, version, nonce, judged, List.of(), now);
    }

    /** A {@code DeltaDiscoveryResponse}. */
    Event delta(Bytes bytes, long now) throws MalformedMessage {
        Message response = Message.read(DISCOVERY + "DeltaDiscoveryResponse", bytes);
        String nonce = response.text("nonce");
        ResourceType type = ResourceType.of(response.text("type_url"));
        if (type == null) {
            return new Event.UnknownType(response.text("type_url"), nonce);
        }
        List<Message> resources = response.messages("resources");
        List<Judged> judged = new ArrayList<>(resources.size());
        for (int i = 0; i < resources.size(); i++) {
            Message resource = resources.get(i);
            judged.add(judge(type, resource, resource.text("version"), i));
        }
        return new Event.Response(
                type, response.text("system_version_info"), nonce, judged, response.texts("removed_resources"), now);
    }

    private Judged unwrap(ResourceType type, Message any, String version, int index) {
        try {
            Message resource = Message.read(DISCOVERY + "Resource", any.bytes("value"));
            String own = resource.text("version");
            return judge(type, resource, own.isEmpty() ? version : own, index);
        } catch (MalformedMessage e) {
            return new Judged.Rejected("", version, at(index) + "not a Resource: " + e.getMessage());
        }
    }

    private Judged judge(ResourceType type, Message resource, String version, int index) {
        Duration ttl = null;
        if (resource.has("ttl")) {
            Message given = resource.message("ttl");
            ttl = Duration.ofSeconds(given.wide("seconds"), given.number("nanos"));
            if (!resource.has("resource")) {
                return new Judged.Heartbeat(resource.text("name"), version, ttl);
            }
        }
        return judge(type, resource.message("resource"), resource.text("name"), version, ttl, index);
    }

    /** @param name as the envelope says; empty where there is none */
    private Judged judge(
            ResourceType type, Message any, String name, String version, @Nullable Duration ttl, int index) {
        if (!any.text("type_url").equals(type.url())) {
            return new Judged.Rejected(
                    name, version, at(index) + "type URL " + any.text("type_url") + ": expected " + type.url());
        }
        Bytes body = any.bytes("value");
        try {
            Resource parsed = parser.parse(type, body);
            if (!name.isEmpty() && !name.equals(parsed.name())) {
                return new Judged.Rejected(
                        name, version, at(index) + "name " + parsed.name() + ": expected " + name + ", as enclosed");
            }
            Bytes kept = type == ResourceType.SECRETS ? Bytes.EMPTY : body.compact();
            return new Judged.Accepted(parsed.name(), version, parsed, kept, ttl);
        } catch (RuntimeException e) {
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            return new Judged.Rejected(name.isEmpty() ? Parsers.nameOf(body) : name, version, reason);
        }
    }

    private static String at(int index) {
        return "resources[" + index + "]: ";
    }
}
