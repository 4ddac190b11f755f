/**
 * Where the mesh is written down: a watched folder of Kubernetes-style YAML.
 * Receives files, hands {@link io.weft.controlplane.model.MeshLoad} on: the mesh of all valid objects and the list of problems.
 * Must never let an invalid object change or stop a valid one, nor ignore a field in silence.
 */
@NullMarked
package io.weft.controlplane.source;

import org.jspecify.annotations.NullMarked;
