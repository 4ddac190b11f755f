/**
 * What a mesh is: immutable records of the objects that an operator wrote, and the indexes over them.
 * Receives checked objects from {@code source}, hands {@link io.weft.controlplane.model.Mesh} on to {@code generate}.
 * Must never read a file, know YAML or protobuf, or hold state that changes.
 */
@NullMarked
package io.weft.controlplane.model;

import org.jspecify.annotations.NullMarked;
