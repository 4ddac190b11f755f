package io.weft.controlplane.source;

import io.weft.controlplane.model.Kind;
import io.weft.controlplane.model.MeshObject;
import io.weft.controlplane.model.Namespace;
import io.weft.controlplane.model.ObjectKey;
import io.weft.controlplane.source.Findings.Finding;
import io.weft.controlplane.source.Reading.StandIn;
import io.weft.controlplane.source.YamlNode.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Turns a document into an object of the mesh, or into the reasons why it is none. */
final class ObjectReader {
    private static final Map<String, Kind> KINDS =
            Stream.of(Kind.values()).collect(Collectors.toUnmodifiableMap(Kind::word, kind -> kind));

    private final String clusterDomain;

    /** @param clusterDomain the suffix of host names, for those that rules write in short */
    ObjectReader(String clusterDomain) {
        this.clusterDomain = clusterDomain;
    }

    /** Reads a document; a {@code List}, as kubectl prints it, gives a reading for each item. */
    List<Reading> read(Mapping root) {
        var findings = new Findings();
        var fields = new Fields(root, "", findings);
        Optional<String> kindWord = fields.need("kind").map(Value::string);
        if (kindWord.filter("List"::equals).isPresent()) {
            return readList(fields, findings);
        }
        Optional<Kind> kind = fields.take("kind").flatMap(value -> value.oneOf(KINDS));
        if (kind.isEmpty()) {
            return List.of(new Reading.Unknown(findings.list(), root.line()));
        }
        fields.need("apiVersion").ifPresent(value -> checkVersion(value, kind.get()));
        int before = findings.size();
        Metadata metadata = fields.need("metadata")
                .map(value -> Metadata.read(value.fields()))
                .orElseGet(() -> new Metadata("", "", Map.of(), Map.of(), false));
        boolean named = !metadata.name().isEmpty() && (findings.size() == before || metadataNamesObject(root));
        if (!named) {
            return List.of(new Reading.Unknown(findings.list(), root.line()));
        }
        fields.tolerate("status");
        return List.of(finish(kind.get(), metadata, fields, findings));
    }

    /** Whether name and namespace can be trusted although something else in the metadata was wrong. */
    private static boolean metadataNamesObject(Mapping root) {
        var findings = new Findings();
        new Fields(root, "", findings).take("metadata").ifPresent(value -> {
            Fields fields = value.fields();
            fields.need("name").ifPresent(name -> name.parsed(Names::subdomain));
            fields.take("namespace").ifPresent(namespace -> namespace.parsed(Names::label));
        });
        return findings.isEmpty();
    }

    private List<Reading> readList(Fields fields, Findings findings) {
        fields.need("apiVersion").ifPresent(value -> value.oneOf(Map.of("v1", true)));
        fields.tolerate("metadata");
        var readings = new ArrayList<Reading>();
        for (Value item : fields.need("items").map(Value::items).orElse(List.of())) {
            if (item.node() instanceof Mapping mapping) {
                readings.addAll(read(mapping));
            } else {
                item.refuse("expected an object, found " + item.node().describe());
            }
        }
        fields.finish();
        if (!findings.isEmpty()) {
            readings.add(new Reading.Unknown(findings.list(), fields.line()));
        }
        return readings;
    }

    private static void checkVersion(Value value, Kind kind) {
        value.oneOf(kind.apiVersions().stream().collect(Collectors.toMap(version -> version, version -> true)));
    }

    private Reading finish(Kind kind, Metadata metadata, Fields fields, Findings findings) {
        MeshObject object = readKind(kind, metadata, fields, findings);
        fields.finish();
        if (findings.isEmpty()) {
            return new Reading.Good(object, fields.line());
        }
        List<Finding> found = findings.list();
        return new Reading.Refused(keyOf(kind, metadata), standInFor(kind, metadata, fields), found, fields.line());
    }

    private static ObjectKey keyOf(Kind kind, Metadata metadata) {
        return new ObjectKey(kind, kind == Kind.NAMESPACE ? "" : metadata.namespace(), metadata.name());
    }

    private MeshObject readKind(Kind kind, Metadata metadata, Fields fields, Findings findings) {
        return switch (kind) {
            case NAMESPACE -> {
                fields.tolerate("spec");
                Names.checkLabel(metadata.name(), fields);
                yield new Namespace(metadata.name(), metadata.labels());
            }
            case SERVICE -> ServiceReader.read(metadata, fields);
            case ENDPOINT_SLICE -> EndpointSliceReader.read(metadata, fields, findings);
            case POD -> PodReader.read(metadata, fields);
            case WORKLOAD_ENTRY -> WorkloadEntryReader.read(metadata, fields);
            case PEER_AUTHENTICATION -> PeerAuthenticationReader.read(metadata, fields);
            case DESTINATION_RULE -> DestinationRuleReader.read(metadata, fields, clusterDomain);
            case AUTHORIZATION_POLICY -> AuthorizationPolicyReader.read(metadata, fields);
        };
    }

    /** Fail closed: see {@link StandIn}. */
    private Optional<StandIn> standInFor(Kind kind, Metadata metadata, Fields fields) {
        return switch (kind) {
            case PEER_AUTHENTICATION -> Optional.of(PeerAuthenticationReader.standIn(metadata, fields));
            case AUTHORIZATION_POLICY -> AuthorizationPolicyReader.standIn(metadata, fields);
            case NAMESPACE, SERVICE, ENDPOINT_SLICE, POD, WORKLOAD_ENTRY -> Optional.empty();
            case DESTINATION_RULE -> DestinationRuleReader.standIn(metadata, fields, clusterDomain);
        };
    }
}
