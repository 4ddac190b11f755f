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

    private final MeshSettings settings;
    private Map<ObjectKey, Entry> inForce = Map.of();

    Ledger(MeshSettings settings) {
        this.settings = settings;
    }

    /** Whether the files lack an object that is in force and came from a file. */
    boolean wouldLose(SortedMap<String, FileReading> files) {
        var round = new Round(files);
        return inForce.entrySet().stream()
                .anyMatch(entry -> entry.getValue().good() && !round.next.containsKey(entry.getKey()));
    }

    /** Takes what the files say now. */
    MeshLoad accept(SortedMap<String, FileReading> files) {
        var round = new Round(files);
        if (round.next.size() > MAX_OBJECTS) {
            round.problems.add(new Problem(
                    "",
                    0,
                    "",
                    round.next.size() + " objects, at most " + MAX_OBJECTS + " are allowed: nothing was changed"));
        } else {
            inForce = round.next;
        }
        Mesh mesh =
                Mesh.of(settings, inForce.values().stream().map(Entry::object).toList());
        round.problems.addAll(References.check(mesh, inForce));
        return new MeshLoad(mesh, round.problems);
    }

    /** One pass over all files. */
    private final class Round {
        final Map<ObjectKey, Entry> next = new HashMap<>();
        final List<Problem> problems = new ArrayList<>();

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
