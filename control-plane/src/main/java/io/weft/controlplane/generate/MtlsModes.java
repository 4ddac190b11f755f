package io.weft.controlplane.generate;

import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MtlsMode;
import io.weft.controlplane.model.PeerAuthentication;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which mode of mutual TLS a workload has: the one of the narrowest PeerAuthentication that says one, else PERMISSIVE. */
final class MtlsModes {
    private final Mesh mesh;
    private final MtlsMode meshWide;

    MtlsModes(Mesh mesh) {
        this.mesh = mesh;
        meshWide = mesh.settings().rootNamespaces().stream()
                .sorted()
                .flatMap(namespace -> mesh.peerAuthenticationsIn(namespace).stream())
                .filter(policy -> policy.selector().isEmpty())
                .map(PeerAuthentication::mode)
                .filter(mode -> mode != MtlsMode.UNSET)
                .findFirst()
                .orElse(MtlsMode.PERMISSIVE);
    }

    /** @param ports what differs from {@code whole}, by port of the workload */
    record Modes(MtlsMode whole, Map<Integer, MtlsMode> ports) {
        MtlsMode at(int port) {
            return ports.getOrDefault(port, whole);
        }
    }

    /** All that the modes of a namespace's workloads are made of, beside their labels. */
    record Basis(MtlsMode meshWide, List<PeerAuthentication> policies) {}

    Basis basis(String namespace) {
        return new Basis(meshWide, mesh.peerAuthenticationsIn(namespace));
    }

    Modes of(String namespace, Map<String, String> labels) {
        MtlsMode whole = mesh.peerAuthenticationsIn(namespace).stream()
                .filter(policy -> policy.selector().isEmpty())
                .findFirst()
                .map(policy -> or(policy.mode(), meshWide))
                .orElse(meshWide);
        for (PeerAuthentication policy : mesh.peerAuthenticationsIn(namespace)) {
            if (!policy.selector().isEmpty()
                    && labels.entrySet().containsAll(policy.selector().entrySet())) {
                MtlsMode own = or(policy.mode(), whole);
                var ports = new TreeMap<Integer, MtlsMode>();
                policy.ports().forEach((port, mode) -> ports.put(port, or(mode, own)));
                return new Modes(own, ports);
            }
        }
        return new Modes(whole, Map.of());
    }

    private static MtlsMode or(MtlsMode mode, MtlsMode wider) {
        return mode == MtlsMode.UNSET ? wider : mode;
    }
}
