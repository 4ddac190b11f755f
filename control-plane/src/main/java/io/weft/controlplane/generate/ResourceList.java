package io.weft.controlplane.generate;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The resources of one type that a proxy is to have, in the order of their names; immutable. One reference per resource, so that what
 * a proxy was told can be kept for each of a thousand proxies, and what is new since then found by walking along both lists.
 */
@SuppressWarnings("ReferenceEquality") // most are the same object; the others are compared by name and version
public final class ResourceList implements Iterable<EncodedResource> {
    private static final Comparator<EncodedResource> ORDER = Comparator.comparing(EncodedResource::name);

    public static final ResourceList EMPTY = new ResourceList(new EncodedResource[0], hash("", List.of()));

    private final EncodedResource[] sorted;
    private final String version;

    private ResourceList(EncodedResource[] sorted, String version) {
        this.sorted = sorted;
        this.version = version;
    }

    /**
     * What one list has and an earlier one had not.
     *
     * @param changed what is new or has another version, in the order of the names
     * @param gone what is no more, as it was, in the order of the names
     */
    public record Difference(List<EncodedResource> changed, List<EncodedResource> gone) {
        static final Difference NONE = new Difference(List.of(), List.of());
    }

    static ResourceList of(Collection<EncodedResource> resources) {
        EncodedResource[] sorted = sorted(resources);
        return new ResourceList(sorted, hash("", Arrays.asList(sorted)));
    }

    /** Takes linear time, and what was hashed is not hashed again. */
    ResourceList with(Collection<EncodedResource> resources) {
        EncodedResource[] more = sorted(resources);
        var all = new EncodedResource[sorted.length + more.length];
        int used = 0;
        int left = 0;
        int right = 0;
        while (left < sorted.length || right < more.length) {
            int order = compare(sorted, left, more, right);
            if (order == 0) {
                refuseOther(sorted[left], more[right]);
                left++;
            }
            all[used++] = order < 0 ? sorted[left++] : more[right++];
        }
        return new ResourceList(
                used == all.length ? all : Arrays.copyOf(all, used), hash(version, Arrays.asList(more)));
    }

    private static EncodedResource[] sorted(Collection<EncodedResource> resources) {
        EncodedResource[] all = resources.toArray(EncodedResource[]::new);
        Arrays.sort(all, ORDER);
        int used = 0;
        for (EncodedResource resource : all) {
            if (used > 0 && all[used - 1].name().equals(resource.name())) {
                refuseOther(all[used - 1], resource);
            } else {
                all[used++] = resource;
            }
        }
        return used == all.length ? all : Arrays.copyOf(all, used);
    }

    private static void refuseOther(EncodedResource one, EncodedResource other) {
        if (!one.equals(other)) {
            throw new IllegalArgumentException("two different resources named " + one.name());
        }
    }

    private static String hash(String before, List<EncodedResource> resources) {
        StringBuilder content = new StringBuilder(before);
        for (EncodedResource resource : resources) {
            content.append('\n').append(resource.name()).append('\n').append(resource.version());
        }
        return EncodedResource.hash(content.toString().getBytes(UTF_8));
    }

    /** A hash of the content of all of them. */
    public String version() {
        return version;
    }

    public int size() {
        return sorted.length;
    }

    public @Nullable EncodedResource get(String name) {
        int low = 0;
        int high = sorted.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = sorted[middle].name().compareTo(name);
            if (order == 0) {
                return sorted[middle];
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    public boolean has(String name) {
        return get(name) != null;
    }

    /** Unmodifiable. */
    public List<EncodedResource> values() {
        return Collections.unmodifiableList(Arrays.asList(sorted));
    }

    public List<String> names() {
        return Arrays.stream(sorted).map(EncodedResource::name).toList();
    }

    @Override
    public Iterator<EncodedResource> iterator() {
        return values().iterator();
    }

    /** Mostly compares references, for what did not change is the same object. */
    public Difference since(ResourceList before) {
        if (before == this) {
            return Difference.NONE;
        }
        EncodedResource[] old = before.sorted;
        var changed = new ArrayList<EncodedResource>();
        var gone = new ArrayList<EncodedResource>();
        int then = 0;
        int now = 0;
        while (then < old.length || now < sorted.length) {
            int order = compare(old, then, sorted, now);
            if (order < 0) {
                gone.add(old[then++]);
            } else if (order > 0) {
                changed.add(sorted[now++]);
            } else {
                EncodedResource resource = sorted[now++];
                EncodedResource last = old[then++];
                if (resource != last && !resource.version().equals(last.version())) {
                    changed.add(resource);
                }
            }
        }
        return changed.isEmpty() && gone.isEmpty() ? Difference.NONE : new Difference(changed, gone);
    }

    /** Of two lists that are walked along together, which one is behind; a list that has ended never is. */
    private static int compare(EncodedResource[] left, int leftAt, EncodedResource[] right, int rightAt) {
        if (leftAt == left.length) {
            return 1;
        }
        if (rightAt == right.length) {
            return -1;
        }
        return left[leftAt] == right[rightAt] ? 0 : left[leftAt].name().compareTo(right[rightAt].name());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceList list && Arrays.equals(sorted, list.sorted);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sorted);
    }

    @Override
    public String toString() {
        return sorted.length + "@" + version;
    }
}
