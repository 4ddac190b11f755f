package io.weft.controlplane.generate;

import static io.weft.controlplane.generate.ResourceType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResourceListTest {
    private static ResourceList list(String... namesAtVersions) {
        return ResourceList.of(resources(namesAtVersions));
    }

    private static List<EncodedResource> resources(String... namesAtVersions) {
        return Stream.of(namesAtVersions)
                .map(text -> text.split("@", 2))
                .map(parts -> new EncodedResource(ROUTE, parts[0], parts[1], Any.getDefaultInstance()))
                .toList();
    }

    private static List<String> texts(List<EncodedResource> resources) {
        return resources.stream()
                .map(resource -> resource.name() + "@" + resource.version())
                .toList();
    }

    @Test
    void what_is_new_and_what_is_gone_is_found_in_order() {
        ResourceList.Difference difference = list("a@1", "c@2", "d@1", "e@1").since(list("a@1", "b@1", "c@1", "f@1"));
        assertThat(texts(difference.changed())).containsExactly("c@2", "d@1", "e@1");
        assertThat(texts(difference.gone())).containsExactly("b@1", "f@1");
    }

    @Test
    void an_equal_version_is_no_news_whatever_object_it_is() {
        ResourceList.Difference difference = list("a@1", "b@1").since(list("a@1", "b@1"));
        assertThat(difference).isEqualTo(new ResourceList.Difference(List.of(), List.of()));
    }

    @Test
    void differences_are_those_of_two_maps() {
        var random = new Random(7);
        for (int round = 0; round < 500; round++) {
            var before = new TreeMap<String, String>();
            var after = new TreeMap<String, String>();
            for (int i = 0; i < 12; i++) {
                String name = "n" + random.nextInt(15);
                (random.nextBoolean() ? before : after).put(name, "" + random.nextInt(2));
            }
            ResourceList.Difference difference = of(after).since(of(before));
            var changed = new TreeMap<>(after);
            changed.entrySet().removeIf(entry -> entry.getValue().equals(before.get(entry.getKey())));
            var gone = new TreeMap<>(before);
            gone.keySet().removeAll(after.keySet());
            assertThat(difference.changed())
                    .extracting(EncodedResource::name)
                    .containsExactlyElementsOf(changed.keySet());
            assertThat(difference.gone()).extracting(EncodedResource::name).containsExactlyElementsOf(gone.keySet());
        }
    }

    private static ResourceList of(Map<String, String> versions) {
        return list(versions.entrySet().stream()
                .map(entry -> entry.getKey() + "@" + entry.getValue())
                .toArray(String[]::new));
    }

    @Test
    void more_resources_go_in_between_and_an_equal_one_counts_once() {
        ResourceList more = list("b@1", "d@1").with(resources("c@1", "d@1", "a@1"));
        assertThat(texts(more.values())).containsExactly("a@1", "b@1", "c@1", "d@1");
        assertThat(more.get("c")).isNotNull();
        assertThat(more.get("e")).isNull();
    }

    @Test
    void two_different_resources_of_one_name_are_refused() {
        assertThatThrownBy(() -> list("a@1").with(resources("a@2")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two different resources named a");
        assertThatThrownBy(() -> list("a@1", "a@2")).hasMessageContaining("two different resources named a");
    }
}
