package io.weft.controlplane.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Everything that is known of a mesh at one moment, immutable, with the indexes that deciding needs. Lists are in the order of their
 * keys, so that equal content gives equal results whatever file it came from.
 */
public final class Mesh {
    private final MeshSettings settings;
    private final NavigableMap<ObjectKey, MeshObject> objects;
    private final List<Service> services;
    private final Index<IpAddress, Workload> workloadsByAddress;
    private final Index<Label, Workload> workloadsByLabel;
    private final Index<ObjectKey, EndpointSlice> slicesByService;
    private final Index<String, PeerAuthentication> peerAuthentications;
    private final Index<String, AuthorizationPolicy> authorizationPolicies;
    private final Index<String, DestinationRule> destinationRules;

    private record Label(String namespace, Map.Entry<String, String> label) {
        static List<Label> of(Workload workload) {
            return workload.labels().entrySet().stream()
                    .map(label -> new Label(workload.namespace(), label))
                    .toList();
        }
    }

    private Mesh(MeshSettings settings) {
        this.settings = settings;
        objects = new TreeMap<>();
        services = List.of();
        workloadsByAddress = Index.by(workload -> Set.copyOf(workload.addresses()));
        workloadsByLabel = Index.by(Label::of);
        slicesByService = Index.by(slice -> List.of(new ObjectKey(Kind.SERVICE, slice.namespace(), slice.service())));
        peerAuthentications = Index.by(policy -> List.of(policy.namespace()));
        authorizationPolicies = Index.by(policy -> List.of(policy.namespace()));
        destinationRules = Index.by(rule -> List.of(rule.namespace()));
    }

    private Mesh(Mesh before, List<MeshObject> gone, List<MeshObject> come) {
        settings = before.settings;
        objects = new TreeMap<>(before.objects);
        gone.forEach(object -> objects.remove(object.key()));
        come.forEach(object -> objects.put(object.key(), object));
        boolean sameServices =
                of(Service.class, gone).isEmpty() && of(Service.class, come).isEmpty();
        services = sameServices ? before.services : of(Service.class, objects.values());
        workloadsByAddress = before.workloadsByAddress.next(of(Workload.class, gone), of(Workload.class, come));
        workloadsByLabel = before.workloadsByLabel.next(of(Workload.class, gone), of(Workload.class, come));
        slicesByService = before.slicesByService.next(of(EndpointSlice.class, gone), of(EndpointSlice.class, come));
        peerAuthentications =
                before.peerAuthentications.next(of(PeerAuthentication.class, gone), of(PeerAuthentication.class, come));
        authorizationPolicies = before.authorizationPolicies.next(
                of(AuthorizationPolicy.class, gone), of(AuthorizationPolicy.class, come));
        destinationRules =
                before.destinationRules.next(of(DestinationRule.class, gone), of(DestinationRule.class, come));
    }

    /** A mesh of these objects; of two with one key the first one counts. */
    public static Mesh of(MeshSettings settings, Collection<? extends MeshObject> objects) {
        var byKey = new TreeMap<ObjectKey, MeshObject>();
        for (MeshObject object : objects) {
            byKey.putIfAbsent(object.key(), object);
        }
        return new Mesh(new Mesh(settings), List.of(), List.copyOf(byKey.values()));
    }

    /**
     * This mesh with some objects in place of those of the same key, and without some. Takes far less time than making it of all objects;
     * when nothing is different it is this very mesh.
     */
    public Mesh next(Collection<? extends MeshObject> come, Collection<ObjectKey> gone) {
        var replaced = new ArrayList<MeshObject>();
        var fresh = new TreeMap<ObjectKey, MeshObject>();
        for (MeshObject object : come) {
            MeshObject before = objects.get(object.key());
            if (!object.equals(before)) {
                fresh.put(object.key(), object);
                if (before != null) {
                    replaced.add(before);
                }
            }
        }
        gone.stream().map(objects::get).filter(Objects::nonNull).forEach(replaced::add);
        return replaced.isEmpty() && fresh.isEmpty() ? this : new Mesh(this, replaced, List.copyOf(fresh.values()));
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

    public List<Workload> workloadsAt(IpAddress address) {
        return workloadsByAddress.of(address);
    }

    /**
     * The workloads that have the rarest label of the service's selector, so that not all must be looked at: the same list as in the mesh
     * before if nothing of these has changed.
     */
    public List<Workload> candidatesOf(Service service) {
        List<Workload> rarest = List.of();
        for (Map.Entry<String, String> label : service.selector().entrySet()) {
            List<Workload> labelled = workloadsByLabel.of(new Label(service.namespace(), label));
            if (labelled.isEmpty()) {
                return List.of();
            }
            rarest = rarest.isEmpty() || labelled.size() < rarest.size() ? labelled : rarest;
        }
        return rarest;
    }

    /** The workloads that the service's selector matches. */
    public List<Workload> selectedBy(Service service) {
        return candidatesOf(service).stream().filter(service::selects).toList();
    }

    /** The slices that give the service's endpoints; when there is none, its selector does. */
    public List<EndpointSlice> slicesOf(Service service) {
        return slicesByService.of(service.key());
    }

    public List<PeerAuthentication> peerAuthenticationsIn(String namespace) {
        return peerAuthentications.of(namespace);
    }

    public List<AuthorizationPolicy> authorizationPoliciesIn(String namespace) {
        return authorizationPolicies.of(namespace);
    }

    public List<DestinationRule> destinationRulesIn(String namespace) {
        return destinationRules.of(namespace);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Mesh mesh
                        && settings.equals(mesh.settings)
                        && objects.size() == mesh.objects.size()
                        && List.copyOf(objects.values()).equals(List.copyOf(mesh.objects.values())));
    }

    @Override
    public int hashCode() {
        return objects.hashCode();
    }

    @Override
    public String toString() {
        return "Mesh of " + objects.size() + " objects";
    }

    private static <T extends MeshObject> List<T> of(Class<T> type, Collection<MeshObject> objects) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
