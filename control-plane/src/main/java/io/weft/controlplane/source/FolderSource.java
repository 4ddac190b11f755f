package io.weft.controlplane.source;

import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A folder of YAML and JSON files, with all folders below it, watched for changes. */
public final class FolderSource implements AutoCloseable {
    private final MeshSettings settings;

    public FolderSource(Path folder, MeshSettings settings) {
        this.settings = settings;
    }

    /**
     * Reads the folder, gives the result to the listener before it returns, and from then on again, from a thread of its own,
     * whenever the mesh or the list of problems has changed.
     *
     * @throws IOException when the folder cannot be read or watched
     */
    public void start(Consumer<MeshLoad> listener) throws IOException {
        listener.accept(new MeshLoad(Mesh.empty(settings), List.of()));
    }

    /** Stops watching. The listener is not called any more once this has returned. */
    @Override
    public void close() {}
}
