package io.weft.controlplane.model;

import java.util.List;

/** What one reading of a source gave: the mesh of everything valid, and everything that is not, in order of place. */
public record MeshLoad(Mesh mesh, List<Problem> problems) {
    public MeshLoad {
        problems = problems.stream().sorted().distinct().toList();
    }
}
