package io.weft.controlplane.source;

import java.util.Map;

/** The part that every object has. Fields that only an API server writes are accepted and mean nothing here. */
record Metadata(
        String namespace, String name, Map<String, String> labels, Map<String, String> annotations, boolean deleting) {

    static Metadata read(Fields fields) {
        String name =
                fields.need("name").flatMap(v -> v.parsed(Names::subdomain)).orElse("");
        String namespace =
                fields.take("namespace").flatMap(v -> v.parsed(Names::label)).orElse("default");
        Map<String, String> labels = fields.strings("labels");
        // Annotations may hold whole documents (kubectl's last-applied-configuration), so their size is not checked
        // here.
        Map<String, String> annotations = fields.take("annotations")
                .map(v -> v.map(a -> a.node() instanceof YamlNode.Scalar scalar ? scalar.text() : a.string()))
                .orElse(Map.of());
        boolean deleting = fields.take("deletionTimestamp").isPresent();
        fields.tolerate(
                "uid",
                "resourceVersion",
                "generation",
                "creationTimestamp",
                "managedFields",
                "ownerReferences",
                "finalizers",
                "generateName",
                "selfLink",
                "deletionGracePeriodSeconds");
        fields.finish();
        return new Metadata(namespace, name, labels, annotations, deleting);
    }
}
