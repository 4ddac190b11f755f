package io.weft.controlplane.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Everything that is known of a mesh at one moment, immutable, with the indexes that deciding needs. Lists are in the order of their
 * keys, so that equal content gives equal results whatever file it came from.
 */
public final class Mesh {
    private final MeshSettings settings;
    private final SortedMap<ObjectKey, MeshObject> objects;
    private final List<Service> services;
    private final List<Workload> workloads;
    private final Map<IpAddress, List<Workload>> workloadsByAddress;
    private final Map<Label, List<Workload>> workloadsByLabel;
    private final Map<ObjectKey, List<EndpointSlice>> slicesByService;
    private final Map<String, List<PeerAuthentication>> peerAuthentications;
    private final Map<String, List<AuthorizationPolicy>> authorizationPolicies;
    private final Map<String, List<DestinationRule>> destinationRules;

    private record Label(String namespace, Map.Entry<String, String> label) {}

    private Mesh(MeshSettings settings, SortedMap<ObjectKey, MeshObject> objects) {
        this.settings = settings;
        this.objects = objects;
        services = all(Service.class);
        workloads = all(Workload.class);
        workloadsByAddress = workloads.stream()
                .flatMap(workload -> workload.addresses().stream().map(address -> Map.entry(address, workload)))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toUnmodifiableList())));
        workloadsByLabel = workloads.stream()
                .flatMap(workload -> workload.labels().entrySet().stream()
                        .map(label -> Map.entry(new Label(workload.namespace(), label), workload)))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toUnmodifiableList())));
        slicesByService = all(EndpointSlice.class).stream()
                .collect(Collectors.groupingBy(
                        slice -> new ObjectKey(Kind.SERVICE, slice.namespace(), slice.service()),
                        Collectors.toUnmodifiableList()));
        peerAuthentications = byNamespace(all(PeerAuthentication.class));
        authorizationPolicies = byNamespace(all(AuthorizationPolicy.class));
        destinationRules = byNamespace(all(DestinationRule.class));
    }

    /** A mesh of these objects; of two with one key the first one counts. */
    public static Mesh of(MeshSettings settings, Collection<? extends MeshObject> objects) {
        var byKey = new TreeMap<ObjectKey, MeshObject>();
        for (MeshObject object : objects) {
            byKey.putIfAbsent(object.key(), object);
        }
        return new Mesh(settings, byKey);
    }

    public static Mesh empty(MeshSettings settings) {
        return of(settings, List.of());
    }

    public MeshSettings settings() {
        return settings;
    }

    /** All objects, in the order of their keys. */
    public Collection<MeshObject> objects() {
        return Collections.unmodifiableCollection(objects.values());
    }

    public Optional<MeshObject> find(ObjectKey key) {
        return Optional.ofNullable(objects.get(key));
    }

    public List<Service> services() {
        return services;
    }

    public List<Workload> workloads() {
        return workloads;
    }

    public List<Workload> workloadsAt(IpAddress address) {
        return workloadsByAddress.getOrDefault(address, List.of());
    }

    /** The workloads that the service's selector matches: looked up by its rarest label, not among all. */
    public List<Workload> selectedBy(Service service) {
        return service.selector().entrySet().stream()
                .map(label -> workloadsByLabel.getOrDefault(new Label(service.namespace(), label), List.of()))
                .min(Comparator.comparingInt(List::size))
                .orElse(List.of())
                .stream()
                .filter(service::selects)
                .toList();
    }

    /** The slices that give the service's endpoints; when there is none, its selector does. */
    public List<EndpointSlice> slicesOf(Service service) {
        return slicesByService.getOrDefault(service.key(), List.of());
    }

    public List<PeerAuthentication> peerAuthenticationsIn(String namespace) {
        return peerAuthentications.getOrDefault(namespace, List.of());
    }

    public List<AuthorizationPolicy> authorizationPoliciesIn(String namespace) {
        return authorizationPolicies.getOrDefault(namespace, List.of());
    }

    public List<DestinationRule> destinationRulesIn(String namespace) {
        return destinationRules.getOrDefault(namespace, List.of());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Mesh mesh && settings.equals(mesh.settings) && objects.equals(mesh.objects);
    }

    @Override
    public int hashCode() {
        return objects.hashCode();
    }

    @Override
    public String toString() {
        return "Mesh of " + objects.size() + " objects";
    }

    private <T extends MeshObject> List<T> all(Class<T> type) {
        var found = new ArrayList<T>();
        for (MeshObject object : objects.values()) {
            if (type.isInstance(object)) {
                found.add(type.cast(object));
            }
        }
        return List.copyOf(found);
    }

    private static <T extends MeshObject> Map<String, List<T>> byNamespace(List<T> all) {
        return all.stream()
                .collect(Collectors.groupingBy(object -> object.key().namespace(), Collectors.toUnmodifiableList()));
    }
}
