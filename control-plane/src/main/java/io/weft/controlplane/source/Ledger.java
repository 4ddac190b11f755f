package io.weft.controlplane.source;

import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshObject;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.model.ObjectKey;
import io.weft.controlplane.model.Problem;
import io.weft.controlplane.source.Findings.Finding;
import io.weft.controlplane.source.Reading.StandIn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Which version of each object is in force. An object that was valid and no longer is stays in force as it was; a document that
 * cannot be told what it is keeps every object of its file that is missing now, because it may be any of them.
 */
final class Ledger {
    /** How many objects a mesh may have. */
    static final int MAX_OBJECTS = 100_000;

    /** @param good whether it was read from a file, and is not a stand-in */
    record Entry(MeshObject object, String file, int line, boolean good) {}

    private Map<ObjectKey, Entry> inForce = Map.of();
    private Mesh mesh;

    Ledger(MeshSettings settings) {
        this.mesh = Mesh.empty(settings);
    }

    /** What the files say, compared with what is in force. */
    Round look(SortedMap<String, FileReading> files) {
        return new Round(files);
    }

    MeshLoad accept(SortedMap<String, FileReading> files) {
        return accept(look(files));
    }

    /** Takes what the files say. Nothing may have been taken since they were looked at. */
    MeshLoad accept(Round round) {
        if (round.next.size() > MAX_OBJECTS) {
            round.problems.add(new Problem(
                    "",
                    0,
                    "",
                    round.next.size() + " objects, at most " + MAX_OBJECTS + " are allowed: nothing was changed"));
        } else {
            mesh = mesh.next(round.fresh, round.gone);
            inForce = round.next;
        }
        round.problems.addAll(References.check(mesh, inForce));
        return new MeshLoad(mesh, round.problems);
    }

    /** One pass over all files. */
    final class Round {
        final Map<ObjectKey, Entry> next = new HashMap<>();
        final List<Problem> problems = new ArrayList<>();
        private final List<MeshObject> fresh = new ArrayList<>();
        private final List<ObjectKey> gone = new ArrayList<>();

        Round(SortedMap<String, FileReading> files) {
            files.forEach((file, content) -> {
                for (Reading reading : content.readings()) {
                    if (reading instanceof Reading.Good good) {
                        addGood(file, good);
                    }
                }
            });
            files.forEach((file, content) -> {
                for (Reading reading : content.readings()) {
                    switch (reading) {
                        case Reading.Good good -> {}
                        case Reading.Refused refused -> addRefused(file, refused);
                        case Reading.Unknown unknown -> addUnknown(file, unknown);
                    }
                }
            });
            compare();
        }

        /** Whether an object is missing that is in force and came from a file. */
        boolean loses() {
            return gone.stream().map(inForce::get).anyMatch(entry -> entry != null && entry.good());
        }

        /** Most are the same objects as before, because files that did not change are not parsed again. */
        @SuppressWarnings("ReferenceEquality") // the mesh compares contents of what is another object
        private void compare() {
            int kept = 0;
            for (var entry : next.entrySet()) {
                Entry before = inForce.get(entry.getKey());
                kept += before == null ? 0 : 1;
                if (before == null || before.object() != entry.getValue().object()) {
                    fresh.add(entry.getValue().object());
                }
            }
            if (kept < inForce.size()) {
                inForce.keySet().stream().filter(key -> !next.containsKey(key)).forEach(gone::add);
            }
        }

        private void addGood(String file, Reading.Good good) {
            ObjectKey key = good.object().key();
            Entry first = next.putIfAbsent(key, new Entry(good.object(), file, good.line(), true));
            if (first != null) {
                report(file, good.line(), key.toString(), "is already defined in " + first.file() + ":" + first.line());
            }
        }

        private void addRefused(String file, Reading.Refused refused) {
            String effect = "";
            Entry before = inForce.get(refused.key());
            Optional<StandIn> standIn = refused.standIn();
            if (!next.containsKey(refused.key())) {
                if (before != null && before.good()) {
                    next.put(refused.key(), before);
                    effect = "; its last good version stays in force";
                } else if (standIn.isPresent()) {
                    next.put(refused.key(), new Entry(standIn.get().object(), file, refused.line(), false));
                    effect = "; " + standIn.get().effect();
                }
            }
            for (Finding finding : refused.findings()) {
                report(file, finding.line(), refused.key().toString(), finding.reason() + effect);
            }
        }

        private void addUnknown(String file, Reading.Unknown unknown) {
            inForce.forEach((key, before) -> {
                if (before.file().equals(file)) {
                    next.putIfAbsent(key, before);
                }
            });
            for (Finding finding : unknown.findings()) {
                report(file, finding.line(), "", finding.reason());
            }
        }

        private void report(String file, int line, String object, String reason) {
            problems.add(new Problem(file, line, object, reason));
        }
    }
}
