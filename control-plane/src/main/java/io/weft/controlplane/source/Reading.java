package io.weft.controlplane.source;

import io.weft.controlplane.model.MeshObject;
import io.weft.controlplane.model.ObjectKey;
import io.weft.controlplane.source.Findings.Finding;
import java.util.List;
import java.util.Optional;

/** What became of one document. */
sealed interface Reading {
    int line();

    record Good(MeshObject object, int line) implements Reading {}

    /** An object whose name could be told. */
    record Refused(ObjectKey key, Optional<StandIn> standIn, List<Finding> findings, int line) implements Reading {}

    /** Something of which nobody can say which object it was meant to be. */
    record Unknown(List<Finding> findings, int line) implements Reading {}

    /**
     * What is in force for a refused policy or rule that has no earlier good version: leaving it out would open what it was to close.
     *
     * @param effect in words, for the problem
     */
    record StandIn(MeshObject object, String effect) {}
}
