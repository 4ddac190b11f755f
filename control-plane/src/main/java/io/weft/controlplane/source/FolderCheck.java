package io.weft.controlplane.source;

import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** Reads a folder once, as {@code weft control-plane check} does. */
public final class FolderCheck {
    private FolderCheck() {}

    /**
     * The same mesh and list of problems that a control plane which starts on this folder would have.
     *
     * @throws IOException when the folder, or one below it, cannot be read
     */
    public static MeshLoad load(Path folder, MeshSettings settings) throws IOException {
        var reader = new FolderReader(folder, new ObjectReader(settings.clusterDomain()));
        return new Ledger(settings).accept(reader.read(Set.of()).files());
    }
}
